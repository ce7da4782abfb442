/** The style of the page, light or dark as the reader's system is. */
export const pageStyle = `
:root { color-scheme: light dark; --paper: #fbfaf8; --card: #fff; --ink: #1d2327; --soft: #667078; --line: #e3e0da; --bar: #3f7cac; --bound: #c2410c; --box: #b9c9d6; --drop: #e8a87c; }
@media (prefers-color-scheme: dark) { :root { --paper: #15181b; --card: #1d2125; --ink: #e8e6e1; --soft: #98a2aa; --line: #30363b; --bar: #6ba5d4; --bound: #fb923c; --box: #41525f; --drop: #9a5b34; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin: 0; }
h3 { font-size: 1rem; margin: 1.25rem 0 .5rem; font-family: ui-monospace, monospace; }
.soft { color: var(--soft); font-size: .9rem; }
p { margin: .4rem 0; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 1.1rem 1.25rem 1.25rem; margin-top: 1.25rem; }
.facts { display: flex; flex-wrap: wrap; gap: .75rem 2.5rem; margin: 1.25rem 0 0; padding: 0; }
.facts div { display: flex; flex-direction: column-reverse; }
.facts dd { margin: 0; font-size: 1.5rem; font-variant-numeric: tabular-nums; }
.facts dt { color: var(--soft); font-size: .85rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; font-size: .92rem; }
th, td { text-align: right; padding: .35rem .6rem; border-bottom: 1px solid var(--line); white-space: nowrap; }
th { color: var(--soft); font-weight: 500; }
th:first-child, td:first-child { text-align: left; padding-left: 0; }
tr:last-child td { border-bottom: 0; }
.share { width: 24%; min-width: 6rem; }
.meter { background: var(--line); border-radius: 3px; height: .6rem; overflow: hidden; }
.meter i { display: block; height: 100%; background: var(--drop); }
code { font: .88em ui-monospace, monospace; overflow-wrap: anywhere; }
a { color: inherit; }
svg { display: block; width: 100%; height: auto; margin: .25rem 0 .75rem; }
.bar { fill: var(--bar); } .bar:hover { opacity: .7; }
.axis, .whisker { stroke: var(--soft); stroke-width: 1; }
.box { fill: var(--box); } .median { stroke: var(--ink); stroke-width: 2; }
.mark { stroke: var(--bound); stroke-width: 1.5; stroke-dasharray: 5 3; } .grip { stroke: transparent; stroke-width: 18; } .knob { fill: var(--bound); }
.bound { cursor: ew-resize; touch-action: none; } .bound.off { opacity: .45; } .bound:focus-visible { outline: none; } .bound:focus-visible .knob { stroke: var(--ink); stroke-width: 2; }
.guide { stroke: var(--soft); stroke-width: 1; pointer-events: none; }
.bound-label { fill: var(--bound); stroke: var(--card); stroke-width: 4px; paint-order: stroke; user-select: none; } svg text { font: 12px system-ui, sans-serif; } .tick { fill: var(--soft); }
.read { min-height: 1.5em; font-size: .9rem; color: var(--soft); font-variant-numeric: tabular-nums; } .read b { color: var(--ink); font-weight: 600; }
.texts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 17rem), 1fr)); gap: .5rem 1rem; margin: .5rem 0 1rem; }
.texts > div { min-width: 0; border-left: 3px solid var(--box); padding-left: .6rem; font-size: .85rem; } .texts .gone { border-color: var(--drop); }
.texts p { margin: 0 0 .35rem; overflow-wrap: anywhere; white-space: pre-line; max-height: 6em; overflow: hidden; } .texts b { color: var(--soft); font-weight: 500; }
.yaml { position: relative; } pre { margin: .75rem 0 0; padding: .7rem .9rem; background: var(--paper); border: 1px solid var(--line); border-radius: 6px; overflow-x: auto; font: .85rem/1.45 ui-monospace, monospace; }
button { position: absolute; right: .5rem; top: .5rem; font: .8rem system-ui, sans-serif; color: var(--ink); background: var(--card); border: 1px solid var(--line); border-radius: 5px; padding: .2rem .6rem; cursor: pointer; }
@media (max-width: 30rem) { main { padding: 1.25rem .75rem 3rem; } section { padding: .9rem .8rem 1rem; } svg.plot { overflow: visible; } svg text { font-size: 17px; } button { position: static; margin-top: .5rem; } .plot .tick:nth-of-type(even) { display: none; } }
@media print { section { break-inside: avoid; } }
`
