import { charSets } from '../char-set.js'
import { strip } from '../python-text.js'

/** A figure, or a part of one, with its images. */
export interface Figure {
  readonly caption: string
  readonly label: string
  readonly images: readonly string[]
  readonly parts: readonly Figure[]
}

interface Span {
  readonly start: number
  readonly end: number
}

interface Environment extends Span {
  readonly body: string
}

/** The figures with images that a LaTeX document holds, in its order. */
export function figuresOf(source: string): Figure[] {
  return environments(source, 'figure\\*?|wrapfigure').flatMap(({ start, end }) =>
    parseFigure(source.slice(start, end)),
  )
}

/** Environments of some names, from \begin to the next \end of the same name; what follows \begin in brackets is skipped. */
function environments(text: string, names: string): Environment[] {
  const begin = new RegExp(`\\\\begin\\{(${names})\\}((?:\\[[^\\]]*\\])*(?:\\{[^}]*\\})*)`, 'g')
  const unended = new Set<string>()
  const found: Environment[] = []
  for (let match = begin.exec(text); match !== null; match = begin.exec(text)) {
    const [all, name, args] = match
    const closing = `\\end{${name}}`
    const bare = match.index + all.length - args.length
    begin.lastIndex = bare
    if (unended.has(name)) continue
    let bodyStart = bare + args.length
    let close = text.indexOf(closing, bodyStart)
    if (close < 0) {
      bodyStart = bare
      close = text.indexOf(closing, bare)
    }
    if (close < 0) {
      unended.add(name)
      continue
    }
    const end = close + closing.length
    found.push({ start: match.index, end, body: text.slice(bodyStart, close) })
    begin.lastIndex = end
  }
  return found
}

function parseFigure(text: string): Figure[] {
  const closes = matchBraces(text)
  const space = `[${charSets.regexSpace().toClassBody()}]*`
  const framed = environments(text, 'subfigure').map(span => ({
    ...span,
    caption: undefined,
    content: text.slice(span.start, span.end),
  }))
  const captioned = commands(text, new RegExp(`\\\\(?:subfigure|subfloat)\\[([^\\]]*)\\]${space}\\{`, 'gu'), closes)
  const plain = commands(text, new RegExp(`\\\\(?:subfigure|subfloat)(?!\\[)${space}\\{`, 'gu'), closes)
  const all = [...framed, ...captioned, ...plain]
  if (all.length === 0) return parseMinipages(text)
  const parts = all
    .map(part => figure(part.caption ?? captionOf(part.content), part.content))
    .filter(part => part.images.length > 0)
  if (parts.length === 0) return []
  let outside = text
  for (const { start, end } of [...all].sort((a, b) => b.start - a.start))
    outside = outside.slice(0, start) + outside.slice(end)
  return [{ caption: captionOf(outside), label: labelOf(outside), images: [], parts }]
}

/** Two minipages or more are figures of their own, but for those that hold tables. */
function parseMinipages(text: string): Figure[] {
  const pages = environments(text, 'minipage')
  const isTable = (body: string) => argumentOf(body, /\\captionof\{table\}(?:\[[^\]]*\])?\{/g) !== undefined
  const bodies = pages.length >= 2 ? pages.map(page => page.body).filter(body => !isTable(body)) : [text]
  return bodies.map(body => figure(captionOf(body), body)).filter(one => one.images.length > 0)
}

function figure(caption: string, content: string): Figure {
  const images = [...content.matchAll(/\\includegraphics(?:\[[^\]]*\])?\{([^}]+)\}/g)].map(match => strip(match[1]))
  return { caption, label: labelOf(content), images, parts: [] }
}

function labelOf(text: string): string {
  return strip(/\\label\{([^}]+)\}/.exec(text)?.[1] ?? '')
}

function captionOf(text: string): string {
  for (const head of [
    /\\caption\*?(?:\[[^\]]*\])?\{/g,
    /\\subcaption(?:\[[^\]]*\])?\{/g,
    /\\captionof\{figure\}(?:\[[^\]]*\])?\{/g,
  ]) {
    const caption = argumentOf(text, head)
    if (caption !== undefined) return strip(caption)
  }
  return ''
}

/** What stands in the braces behind the first command that has them closed. */
function argumentOf(text: string, head: RegExp): string | undefined {
  return commands(text, head, matchBraces(text))[0]?.content
}

interface Command extends Span {
  readonly caption: string
  readonly content: string
}

/** Commands whose head ends in an opening brace, with what the brace holds, other braces in pairs. */
function commands(text: string, head: RegExp, closes: Int32Array): Command[] {
  const found: Command[] = []
  for (let match = head.exec(text); match !== null; match = head.exec(text)) {
    const close = closes[head.lastIndex - 1]
    if (close < 0) {
      head.lastIndex = match.index + 1
      continue
    }
    found.push({
      start: match.index,
      end: close + 1,
      caption: strip(match[1] ?? ''),
      content: text.slice(head.lastIndex, close),
    })
    head.lastIndex = close + 1
  }
  return found
}

/** For each opening brace where it is closed, or -1. */
function matchBraces(text: string): Int32Array {
  const closes = new Int32Array(text.length).fill(-1)
  const open: number[] = []
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (c === 0x7b) open.push(i)
    else if (c === 0x7d && open.length > 0) closes[open.pop()!] = i
  }
  return closes
}

const floats =
  'figure|figure\\*|wrapfigure|table|table\\*|tabular|tabular\\*|equation|equation\\*|align|align\\*|alignat|alignat\\*|gather|gather\\*|multline|multline\\*|flalign|flalign\\*|algorithm|algorithm\\*|lstlisting|verbatim|minted'

/** The paragraphs of a document without its floats, formulas and listings. */
export function paragraphsOf(source: string, separator: string): string[] {
  let out = ''
  let from = 0
  const begin = new RegExp(`\\\\begin\\{(${floats})\\}`, 'g')
  const unended = new Set<string>()
  for (let match = begin.exec(source); match !== null; match = begin.exec(source)) {
    const closing = `\\end{${match[1]}}`
    const close = unended.has(closing) ? -1 : source.indexOf(closing, begin.lastIndex)
    if (close < 0) {
      unended.add(closing)
      continue
    }
    out += source.slice(from, match.index)
    from = close + closing.length
    begin.lastIndex = from
  }
  return (out + source.slice(from))
    .split(separator)
    .map(strip)
    .filter(paragraph => paragraph !== '')
}

/** Whether a paragraph refers to a label by one of the commands, perhaps among other labels. */
export function cites(paragraph: string, label: string, commandNames: readonly string[]): boolean {
  const space = charSets.regexSpace().bmp
  for (const name of commandNames) {
    const head = `\\${name}{`
    for (let at = paragraph.indexOf(head); at >= 0; at = paragraph.indexOf(head, at + 1)) {
      const close = paragraph.indexOf('}', at)
      if (close < 0) break
      const content = paragraph.slice(at + head.length, close)
      for (let start = 0; start >= 0; ) {
        let end = start + label.length
        if (content.startsWith(label, start)) {
          while (end < content.length && space[content.charCodeAt(end)] === 1) end++
          if (end === content.length || content[end] === ',') return true
        }
        const comma = content.indexOf(',', start)
        start = comma < 0 ? -1 : comma + 1
        while (start > 0 && space[content.charCodeAt(start)] === 1) start++
      }
    }
  }
  return false
}
