import { stringify } from 'yaml'
import type { JsonObject, JsonValue } from '../core/json.js'
import type { DatasetCase, DeduplicatorCase, FilterCase, MapperCase, OperatorExample } from '../core/operator.js'

/** An operator with these parameters, as it stands in a recipe. */
export function exampleRecipe(name: string, params: JsonObject): string {
  return stringify({ process: [{ [name]: params }] }, { lineWidth: 0, blockQuote: false }).trimEnd()
}

/** A sample of an example, and what the operator does with it: a verb, and the texts that follow it. */
export interface Outcome {
  readonly input: string
  readonly verb: string
  readonly results: readonly string[]
}

/** What an example shows, sample by sample. */
export function exampleOutcomes(example: OperatorExample | undefined): Outcome[] {
  return (example?.cases ?? []).flatMap(shown => {
    if ('before' in shown) return [mapped(shown)]
    if ('result' in shown) return regrouped(shown)
    return 'samples' in shown ? deduplicated(shown) : [filtered(shown)]
  })
}

function mapped({ before, after }: MapperCase): Outcome {
  const isText = [before, ...after].every(isTextAlone)
  const verb = after.length === 0 ? 'goes' : isText ? 'becomes' : 'gets'
  const textOf = isText ? sampleText : jsonText
  return { input: textOf(before), verb, results: after.map(textOf) }
}

function filtered({ sample, stats, kept }: FilterCase): Outcome {
  const results = Object.entries(stats).map(([name, value]) => `${name} ${rounded(value)}`)
  const verb = kept ? 'stays' : 'goes'
  return { input: sampleText(sample), verb: results.length === 0 ? verb : `${verb} with`, results }
}

function deduplicated({ samples, kept }: DeduplicatorCase): Outcome[] {
  return samples.map((sample, i) => ({
    input: sampleText(sample),
    verb: kept.includes(i) ? 'stays' : 'goes',
    results: [],
  }))
}

function regrouped({ samples, result }: DatasetCase): Outcome[] {
  const all = samples.map(sampleText).join(' ')
  return [{ input: all, verb: 'become', results: result.map(sampleText) }]
}

function isTextAlone(sample: JsonObject): boolean {
  return Object.keys(sample).join() === 'text'
}

function sampleText(sample: JsonObject): string {
  return jsonText(isTextAlone(sample) ? sample['text'] : sample)
}

/** JSON, with blanks that cannot be told from a space written as escapes. */
function jsonText(value: JsonValue): string {
  return JSON.stringify(value).replace(
    /(?! )\p{Z}/gu,
    blank => `\\u${blank.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

function rounded(value: JsonValue): string {
  return JSON.stringify(typeof value === 'number' ? Number(value.toPrecision(6)) : value)
}
