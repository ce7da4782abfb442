import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json.js'
import { defineMapper } from '../define.js'
import { bool, text } from '../params.js'
import { isTruthy, toInt } from '../python-values.js'
import { setMeta } from './meta.js'

/** Tokens of one request, as far as they are told. */
interface Usage {
  readonly prompt: JsonValue
  readonly completion: JsonValue
  readonly total: JsonValue
}

/** Adds up the tokens that a sample's requests used (Data-Juicer). */
export const usageCounterMapper = defineMapper({
  name: 'usage_counter_mapper',
  summary: 'Adds up the token usage that a sample reports.',
  params: {
    choices_key: text('choices').describe('Field with the answers of a model.'),
    usage_key: text('usage').describe('Field with the usage of the whole sample.'),
    response_metadata_key: text('response_metadata').describe('Field with notes on the answer.'),
    dedupe_identical_usage: bool(true).describe('Count usages of the same three numbers once.'),
  },
  example: {
    params: { usage_key: 'usage' },
    cases: [
      {
        before: { usage: { prompt_tokens: 12, completion_tokens: 30 } },
        after: [{ __dj__meta__: { prompt_tokens: 12, completion_tokens: 30, total_tokens: 42 } }],
      },
    ],
  },
  create: ({ choices_key, usage_key, response_metadata_key, dedupe_identical_usage }) => ({
    map(sample) {
      const all = usagesOf(sample.value, {
        choices: choices_key ?? '',
        usage: usage_key ?? '',
        metadata: response_metadata_key ?? '',
      })
      const usages = dedupe_identical_usage === true ? distinct(all) : all
      const prompt = sum(usages.map(usage => usage.prompt))
      const completion = sum(usages.map(usage => usage.completion))
      const reported = usages.find(usage => usage.total !== null)?.total ?? null
      const total = reported === null && prompt + completion !== 0 ? prompt + completion : reported
      setMeta(sample, { prompt_tokens: prompt, completion_tokens: completion, total_tokens: total })
    },
  }),
})

/** The fields that tell usages. */
interface UsageKeys {
  readonly choices: string
  readonly usage: string
  readonly metadata: string
}

function usagesOf(record: JsonObject, keys: UsageKeys): Usage[] {
  const usages: Usage[] = []
  if (Object.hasOwn(record, keys.usage)) usages.push(usageOf(record[keys.usage]) ?? usageOf(record)!)
  const metadata = record[keys.metadata]
  const described = usageOf(isTruthy(metadata) ? metadata : {})
  if (described !== undefined) usages.push(described)
  const choices = record[keys.choices]
  for (const choice of Array.isArray(choices) ? (choices as readonly JsonValue[]) : []) {
    if (!isJsonObject(choice)) continue
    usages.push(usageOf(choice)!)
    const message = usageOf(isTruthy(choice['message']) ? choice['message'] : choice['delta'])
    if (message !== undefined) usages.push(message)
  }
  return usages
}

/** The usage that an object tells, in its own fields or in one of them; undefined where it is no object. */
function usageOf(value: JsonValue | undefined): Usage | undefined {
  if (!isJsonObject(value)) return undefined
  const nested = isTruthy(value['usage']) ? value['usage'] : value['usage_metadata']
  let usage: JsonObject = isJsonObject(nested) ? nested : {}
  const tells = (one: JsonObject) => one['prompt_tokens'] != null || one['completion_tokens'] != null
  if (!tells(usage) && tells(value)) usage = value
  const first = (key: string, other: string) =>
    isTruthy(usage[key]) ? usage[key] : Object.hasOwn(usage, other) ? usage[other] : 0
  return {
    prompt: first('prompt_tokens', 'input_tokens'),
    completion: first('completion_tokens', 'output_tokens'),
    total: usage['total_tokens'] ?? null,
  }
}

function distinct(usages: readonly Usage[]): Usage[] {
  const seen = new Map<string, Usage>()
  for (const usage of usages) {
    const prompt = told(isTruthy(usage.prompt) ? usage.prompt : 0) ?? 0
    const completion = told(isTruthy(usage.completion) ? usage.completion : 0) ?? 0
    const total = told(usage.total) ?? prompt + completion
    const key = `${prompt} ${completion} ${total}`
    if (!seen.has(key)) seen.set(key, usage)
  }
  return [...seen.values()]
}

/** The number that a value tells, if it does. */
function told(value: JsonValue): number | undefined {
  return value === null || typeof value === 'object' ? undefined : toInt(value)
}

/** @throws {TypeError} where one of the values is no number */
function sum(values: readonly JsonValue[]): number {
  let total = 0
  for (const value of values) {
    if (!isTruthy(value)) continue
    if (typeof value !== 'number' && typeof value !== 'boolean')
      throw new TypeError(`cannot add ${JSON.stringify(value)} to a number of tokens`)
    total += Number(value)
  }
  return total
}
