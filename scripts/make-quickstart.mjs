// Writes examples/quickstart/part-01.jsonl to part-04.jsonl, the same bytes every time: texts in seven languages with
// what curation has to deal with (duplicates, links, addresses, repeated text, broken Unicode, malformed lines).
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { languages } from './quickstart-sentences.mjs'

const folder = fileURLToPath(new URL('../examples/quickstart', import.meta.url))
const samplesPerFile = 900
const files = 4

/** Numbers in [0, 1) that follow from the seed alone (mulberry32). */
function randomFrom(seed) {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

const random = randomFrom(20_250_101)
const below = count => Math.floor(random() * count)
const pick = list => list[below(list.length)]
const codes = Object.keys(languages)

function shuffled(text) {
  const list = text.split('|')
  for (let i = list.length - 1; i > 0; i--) {
    const j = below(i + 1)
    const held = list[i]
    list[i] = list[j]
    list[j] = held
  }
  return list
}

/** A text of so many sentences, at most twelve, none of whose parts occurs twice. */
function compose(code, sentences) {
  const { join, when, who, does, where } = languages[code]
  const parts = [when, who, does, where].map(shuffled)
  const glue = code === 'zh' || code === 'ja' ? '' : ' '
  return Array.from({ length: sentences }, (_, i) =>
    join({ when: parts[0][i], who: parts[1][i], does: parts[2][i], where: parts[3][i] }),
  ).join(glue)
}

const links = [
  'https://canal.example.org/log?day=12&page=3',
  'http://www.example.com/barges/index.html',
  'https://example.net/wiki/Sluice#history',
  'ftp://files.example.org/maps/wells.tif',
]
const addresses = ['keeper@lock.example.org', 'night.library@example.com', 'ferry-pilot+ads@example.net']

/** UTF-8 read as if it were Windows-1252 or Latin-1. */
const mojibake = text => Buffer.from(text).toString('latin1')

const kept = []

/** Kinds of samples: how many in a thousand, and how their text is made. */
const kinds = [
  [560, code => compose(code, 5 + below(8))],
  [90, code => `${compose(code, 4)} ${pick(links)} ${compose(code, 3)}`],
  [60, code => `${compose(code, 4)} ${pick(addresses)} ${compose(code, 2)}`],
  [60, code => `  ${compose(code, 6).replaceAll(' ', pick(['\u00a0', ' \u2003', '\u3000']))}\t\n`],
  [40, () => mojibake(compose(pick(['de', 'fr', 'es']), 7))],
  [20, code => `${compose(code, 4)} &lt;b&gt;&amp;nbsp;\u0007\u200b ${compose(code, 3)}`],
  [10, code => `${compose(code, 5)} \ud83d ${compose(code, 2)}`],
  [60, () => pick(kept)],
  [15, () => `${pick(kept)} ${pick(links)}`],
  [30, () => pick(['ok', 'n/a', 'see above', '...', '未定', 'смотри выше', 'TODO', 'ditto!'])],
  [
    15,
    code =>
      Array(3 + below(4))
        .fill(compose(code, 3))
        .join(' '),
  ],
  [15, () => `${pick(['ha', 'lol', '哈', 'woo', 'zzz'])}`.repeat(80 + below(200))],
  [
    15,
    () =>
      Array.from({ length: 8 + below(20) }, () =>
        Array.from({ length: 6 }, () => String(below(1e6)).padStart(6, '0')).join(' '),
      ).join('\n'),
  ],
  [
    10,
    () =>
      Array.from({ length: 6 + below(8) }, () => `+${'-'.repeat(12)}+${'='.repeat(9)}+ | ${below(99)} |`).join('\n'),
  ],
]
const total = kinds.reduce((sum, [weight]) => sum + weight, 0)

function makeText(code) {
  let at = below(total)
  const [, make] = kinds.find(([weight]) => (at -= weight) < 0)
  return make(code)
}

function makeLine(number) {
  const lang = pick(codes)
  const text = kept.length < 20 ? compose(lang, 6) : makeText(lang)
  if (text.length > 100) kept.push(text)
  const meta = `{"lang":"${lang}","revision":${9_007_199_254_740_993n + BigInt(below(1e9))},"score":${below(100)}.50}`
  const id = `canal-${String(number).padStart(5, '0')}`
  // Two writers with habits of their own: what Pawl does not change keeps them.
  return number % 3 === 0
    ? `{ "id": "${id}", "text": ${JSON.stringify(text)}, "meta": ${meta} }`
    : `{"meta":${meta},"text":${JSON.stringify(text)},"id":"${id}"}`
}

const malformed = new Map([
  [1300, `{"id":"canal-cut","text":"${compose('en', 2).slice(0, 60)}`],
  [2200, `{'id': 'canal-quotes', 'text': 'not JSON but Python'}`],
])

mkdirSync(folder, { recursive: true })
for (let file = 0; file < files; file++) {
  const lines = Array.from({ length: samplesPerFile }, (_, line) => {
    const number = file * samplesPerFile + line
    return malformed.get(number) ?? makeLine(number)
  })
  writeFileSync(`${folder}/part-0${file + 1}.jsonl`, `${lines.join('\n')}\n`)
}
