import { diffWordsWithSpace } from 'diff'
import { type Paint, plainPaint } from './terminal.js'

/** An example of what was done to a sample. */
export interface Example {
  readonly kind: 'changed' | 'dropped' | 'duplicate' | 'quarantine'
  readonly entry: Readonly<Record<string, unknown>>
  readonly number: number
}

/** Texts beyond this length are compared line by line or not at all: words would take too long. */
const longestCompared = 20_000
const context = 40
const longestShown = 1_200

/** An example for people: what changed marked in the text, or why a sample went. */
export function exampleText({ kind, entry, number }: Example, paint: Paint): string {
  const head = paint('dim', `${number}.`)
  switch (kind) {
    case 'changed':
      return `${head} ${changedText(entry, paint)}\n`
    case 'dropped':
      return `${head} ${droppedText(entry, paint)}\n`
    case 'duplicate': {
      const kept = entry['dup1']
      return `${head} ${paint('red', shorten(textOf(entry['dup2'])))}${kept == null ? '' : `\n   kept: ${shorten(textOf(kept))}`}\n`
    }
    case 'quarantine': {
      const { operator, code, error, file, line, sample } = entry as Record<string, string>
      return `${head} ${paint('yellow', `${operator}: ${error}`)} (${code})\n   ${file}, line ${line}\n   ${shorten(String(sample ?? ''))}\n`
    }
  }
}

function changedText(entry: Example['entry'], paint: Paint): string {
  const { original_text: before, processed_text: after, changed_fields: fields, ...shown } = entry
  const beside = Object.entries(shown).map(([key, value]) => `${key}: ${JSON.stringify(value)}  `)
  if (fields !== undefined) return `${beside.join('')}${fieldLines(fields as Fields, paint)}`
  if (typeof before !== 'string' || typeof after !== 'string')
    return `${beside.join('')}${marked(textOf(before), '-', paint)}\n   ${marked(textOf(after), '+', paint)}`
  return `${paint('dim', beside.join(''))}${diffText(before, after, paint)}`
}

type Fields = Readonly<Record<string, { readonly original: unknown; readonly processed: unknown }>>

function fieldLines(fields: Fields, paint: Paint): string {
  return Object.entries(fields)
    .map(([name, { original, processed }]) => {
      const before = original === null ? '' : marked(shorten(JSON.stringify(original)), '-', paint)
      return `${name}: ${before}${marked(shorten(JSON.stringify(processed)), '+', paint)}`
    })
    .join('\n   ')
}

/** The text with what went and what came marked, and only a little of what stayed. */
function diffText(before: string, after: string, paint: Paint): string {
  if (before.length + after.length > longestCompared)
    return `${marked(shorten(before), '-', paint)}\n   ${marked(shorten(after), '+', paint)}`
  const parts = diffWordsWithSpace(before, after)
  return parts
    .map(({ value, added, removed }, index) => {
      if (added) return marked(visible(value), '+', paint)
      if (removed) return marked(visible(value), '-', paint)
      return elide(value, { isFirst: index === 0, isLast: index === parts.length - 1 })
    })
    .join('')
}

/** Where there are no colours, signs stand around what changed. */
function marked(text: string, sign: '+' | '-', paint: Paint): string {
  if (paint === plainPaint) return sign === '+' ? `{+${text}+}` : `[-${text}-]`
  return paint(sign === '+' ? 'green' : 'red', text)
}

/** Characters that cannot be seen, as escapes: they are what many operators are about. */
function visible(text: string): string {
  return text.replace(/(?! )[\p{Z}\p{C}]/gu, c => `\\u${(c.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`)
}

function elide(text: string, { isFirst, isLast }: { readonly isFirst: boolean; readonly isLast: boolean }): string {
  const head = isFirst ? '' : text.slice(0, context)
  const tail = isLast ? '' : text.slice(-context)
  return text.length <= head.length + tail.length + 1 ? text : `${head} … ${tail}`
}

function droppedText(entry: Example['entry'], paint: Paint): string {
  const { __pawl__dropped__: why, __dj__stats__: _, ...sample } = entry
  const {
    statistic = {},
    bound = {},
    inverted,
  } = (why ?? {}) as {
    statistic?: object
    bound?: object
    inverted?: boolean
  }
  const list = (values: object) =>
    Object.entries(values)
      .map(([name, value]) => `${name} ${JSON.stringify(value)}`)
      .join(', ')
  const bounds = list(bound)
  const reason = `${list(statistic)}${bounds === '' ? '' : ` (wanted: ${inverted ? 'not ' : ''}${bounds})`}`
  return `${paint('yellow', reason)}\n   ${shorten(textOf(sample))}`
}

function textOf(value: unknown): string {
  const { text } = (typeof value === 'object' && value !== null ? value : {}) as { text?: unknown }
  return typeof text === 'string' ? text : typeof value === 'string' ? value : JSON.stringify(value)
}

function shorten(text: string): string {
  const line = visible(text.slice(0, longestShown).replaceAll('\n', ' ⏎ '))
  return text.length > longestShown ? `${line} …` : line
}
