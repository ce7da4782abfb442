import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

/** A small generator of numbers that the same seed repeats (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

const words = 'pawl ratchet wheel tooth spring lever cog winch gauge naïve über 文字 слово λόγος'.split(' ')

/**
 * Writes JSONL files with duplicates, e-mail addresses, short texts, big integers, and a malformed line
 * and one without text in each file.
 */
export function makeDataset(
  folder: string,
  options: { seed: number; files: number; linesPerFile: number; gzip?: boolean },
): void {
  mkdirSync(folder, { recursive: true })
  const random = randomFrom(options.seed)
  const pick = (count: number) => Math.floor(random() * count)
  const texts: string[] = []
  const makeText = () => {
    if (texts.length > 10 && random() < 0.3) return texts[pick(texts.length)]
    let text = Array.from({ length: 1 + pick(40) }, () => words[pick(words.length)]).join(' ')
    if (random() < 0.2) text += ` write to ${words[pick(6)]}${pick(99)}@example.org now`
    texts.push(text)
    return text
  }
  for (let file = 0; file < options.files; file++) {
    const lines = Array.from({ length: options.linesPerFile }, (_, line) => {
      if (line === 3) return '{"id":"broken","text":"no end'
      if (line === 5) return `{"id":"none","n":${file}}`
      return `{"id":${JSON.stringify(`${file}-${line}`)},"text":${JSON.stringify(makeText())},"n":1234567890123456789${pick(10)}}`
    })
    const bytes = Buffer.from(`${lines.join('\n')}\n`)
    const name = join(folder, `part-${String(file).padStart(2, '0')}.jsonl`)
    writeFileSync(options.gzip ? `${name}.gz` : name, options.gzip ? gzipSync(bytes) : bytes)
  }
}
