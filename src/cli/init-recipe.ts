import { existsSync, writeFileSync } from 'node:fs'
import { stringify } from 'yaml'
import { UsageError } from '../core/usage-error.js'
import { type DataLook, type FieldLook, lookAtData } from '../engine/look-at-data.js'
import { formatBytes, formatCount, plural } from '../util/format.js'

/** Writes a recipe with comments, from a look at the data. */
export async function initRecipe(data: string, { output }: { readonly output: string }): Promise<void> {
  if (output !== '-' && existsSync(output))
    throw new UsageError(`${output} exists already: choose another file with --output, or --output - to print`)
  const look = await lookAtData(data)
  const recipe = recipeFor(data, look)
  if (output === '-') {
    process.stdout.write(recipe)
    return
  }
  writeFileSync(output, recipe, { flag: 'wx' })
  process.stdout.write(
    `Wrote ${output}, from ${plural(look.records, 'record')} of ${plural(look.files, 'file')}. Look at what it would drop, then run it:
  pawl analyze ${output}
  pawl run ${output}
`,
  )
}

/** The recipe as YAML, with what was seen in its comments. */
export function recipeFor(data: string, look: DataLook): string {
  const { textKey, lengths } = look
  const shortest = niceFloor(lengths.p5 / 2)
  const longest = niceCeiling(lengths.most)
  const text = textKey ?? 'text'
  return `# ${plural(look.files, 'file')}, ${formatBytes(look.bytes)}; ${plural(look.records, 'record')} were looked at, spread over the data.
dataset_path: ${yaml(data)}
export_path: ./outputs/curated/curated.jsonl

# Fields:
${look.fields.map(field => `#   ${describeField(field)}\n`).join('') || '#   none were found\n'}${textKey === undefined ? '# No field holds text: name the right one.\n' : ''}text_keys: ${yaml(text)}

process:
  # Mappers mend texts; \`pawl ops mapper\` lists them.
  - fix_unicode_mapper
  - whitespace_normalization_mapper

  # Lengths in characters: ${describeLengths(lengths)}.
  - text_length_filter:
      min_len: ${shortest}
      max_len: ${longest}

  # Drops texts that repeat themselves, and those that are mostly no words.
  - character_repetition_filter:
      rep_len: 10
      max_ratio: 0.5
  - special_characters_filter:
      max_ratio: 0.5
${languageFilter(look)}
  # Keeps the first of equal texts.
  - document_deduplicator:
      lowercase: true
`
}

function describeField({ name, share, kinds, meanLength }: FieldLook): string {
  const presence = share === 1 ? '' : `, in ${percent(share)} of the records`
  const length = kinds.includes('text') ? `, ${formatCount(Math.round(meanLength))} characters on average` : ''
  return `${commentable(name)}: ${kinds.join(' or ')}${length}${presence}`
}

/** A name that cannot end its comment. */
function commentable(name: string): string {
  return /^[\w.-]+$/.test(name) ? name : JSON.stringify(name)
}

function describeLengths({ least, p5, p50, p95, most }: DataLook['lengths']): string {
  const [a, b, c, d, e] = [least, p5, p50, p95, most].map(formatCount)
  return `from ${a} to ${e}, half of them above ${c}, nine tenths from ${b} to ${d}`
}

function languageFilter({ languages, textKey }: DataLook): string {
  if (textKey === undefined || languages.length === 0) return ''
  const shown = languages.slice(0, 5).map(({ language, share }) => `${language} ${percent(share)}`)
  const main = languages.filter(({ share }) => share >= 0.1).map(({ language }) => language)
  return `
  # Languages: ${shown.join(', ')}. To keep some of them only:
  # - language_id_score_filter:
  #     lang: [${(main.length > 0 ? main : [languages[0].language]).join(', ')}]
  #     min_score: 0.5
`
}

function percent(share: number): string {
  return `${Math.max(1, Math.round(share * 100))} %`
}

/** The next round number below, of at most two digits that are not zero. */
function niceFloor(value: number): number {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, value))) - 1)
  return Math.floor(value / unit) * unit
}

function niceCeiling(value: number): number {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, value))) - 1)
  return Math.max(1, Math.ceil(value / unit)) * unit
}

function yaml(value: string): string {
  return stringify(value, { lineWidth: 0 }).trimEnd()
}
