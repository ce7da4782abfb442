import { defineMapper } from '../define.js'
import { int } from '../params.js'
import { charSets } from '../text/char-set.js'

/** Removes runs of lines that look like the rows of a table (Data-Juicer). */
export const removeTableTextMapper = defineMapper({
  name: 'remove_table_text_mapper',
  summary: 'Removes tables written as text.',
  params: {
    min_col: int(2).describe('Fewest columns of a table, 2 to 20.'),
    max_col: int(20).describe('Most columns of a table, 2 to 20.'),
  },
  example: {
    params: { min_col: 3, max_col: 5 },
    cases: [
      { before: { text: 'Tides:\nNess 9:00 9:50\nUlla 9:10 10:00\nRead on' }, after: [{ text: 'Tides:\nRead on' }] },
    ],
  },
  create({ min_col, max_col }, { textKey }) {
    const first = (min_col ?? 2) - 1
    const last = (max_col ?? 20) - 1
    return {
      map(sample) {
        const text = sample.text(textKey)
        const lines = text.split('\n').map(describeLine)
        if (!lines.some(line => line.fewest <= line.most)) return
        let left: readonly Line[] = lines
        for (let separators = Math.max(0, first); separators <= last; separators++)
          left = withoutTables(left, separators)
        if (left.length < lines.length) sample.setText(textKey, left.map(line => line.text).join('\n'))
      },
    }
  },
})

/** A line, and how many separators it can be read with: blanks must part fields, bars may. None where `most` is below `fewest`. */
interface Line {
  readonly text: string
  readonly fewest: number
  readonly most: number
}

const emptyLine: Line = { text: '', fewest: 0, most: -1 }

/** Fields are never empty, so that a bar next to a separator or at an end of the line belongs to a field. */
function describeLine(text: string): Line {
  if (text === '') return emptyLine
  const none = { text, fewest: 0, most: -1 }
  const space = charSets.regexSpace().bmp
  let blanks = 0
  let bars = 0
  let lastSeparator = -1
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i)
    const isBlank = c === 0x20 || c === 0x09
    if (!isBlank && space[c] === 1) return none
    if (isBlank) {
      if (i === 0 || i === text.length - 1 || isBlankAt(text, i - 1)) return none
      blanks++
      lastSeparator = i
    } else if (c === 0x7c && i > lastSeparator + 1 && i < text.length - 1 && !isBlankAt(text, i + 1)) {
      bars++
      lastSeparator = i
    }
  }
  return { text, fewest: blanks, most: blanks + bars }
}

function isBlankAt(text: string, at: number): boolean {
  return text[at] === ' ' || text[at] === '\t'
}

/** Leaves out runs of at least two rows, and the empty lines in and behind them; the first line and the last never belong to one. */
function withoutTables(lines: readonly Line[], separators: number): readonly Line[] {
  const isRow = (i: number) => i < lines.length - 1 && lines[i].fewest <= separators && separators <= lines[i].most
  let out: Line[] | undefined
  for (let i = 1; i < lines.length - 1; ) {
    if (!isRow(i)) {
      out?.push(lines[i])
      i++
      continue
    }
    let end = i
    let rows = 0
    while (isRow(end)) {
      rows++
      end++
      while (end < lines.length - 1 && lines[end].text === '') end++
    }
    if (rows >= 2) out ??= lines.slice(0, i)
    else out?.push(...lines.slice(i, end))
    i = end
  }
  out?.push(lines[lines.length - 1])
  return out ?? lines
}
