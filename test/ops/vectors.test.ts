import { isDeepStrictEqual } from 'node:util'
import { describe, expect, test } from 'vitest'
import { createCatalog } from '../../src/ops/catalog.js'
import { deliberateDifference } from './deliberate-differences.js'
import { asInDataJuicer, casesOf, type Expectation, recordedOperators, run, type VectorCase } from './vector-cases.js'

const catalog = createCatalog()

describe('operators agree with Data-Juicer 1.6.1 on every recorded case', () => {
  for (const name of recordedOperators()) {
    test(name, async () => {
      const definition = await catalog.load(name)
      const isSelector = definition.kind === 'selector'
      const mismatches: unknown[] = []
      const cases = casesOf(name)
      for (const [index, testCase] of cases.entries()) {
        const got = await run(definition, asInDataJuicer(definition, testCase))
        const wanted = deliberateDifference(testCase) ?? testCase.expect
        // Selectors leave samples in the order of the input.
        const options = (wanted.any_of ?? [wanted]).map(option =>
          isSelector && option.kept !== undefined ? { ...option, kept: option.kept.toSorted((a, b) => a - b) } : option,
        )
        if (!options.some(option => agrees(testCase, option, got)))
          mismatches.push({ index, params: testCase.params, input: testCase.text ?? testCase.sample, wanted, got })
      }
      expect({ of: cases.length, mismatches: mismatches.length, first: mismatches.slice(0, 5) }).toEqual({
        of: cases.length,
        mismatches: 0,
        first: [],
      })
    })
  }
})

function agrees(testCase: VectorCase, wanted: Expectation, got: Expectation): boolean {
  if (wanted.error !== undefined || got.error !== undefined)
    return wanted.error !== undefined && got.error !== undefined && wanted.stage === got.stage
  if (wanted.keep !== undefined && wanted.keep !== got.keep) return false
  if (wanted.stats !== undefined && !isClose(wanted.stats, ownKeys(wanted.stats, got.stats ?? {}))) return false
  if (wanted.kept !== undefined && !isDeepStrictEqual(wanted.kept, got.kept)) return false
  // Hashes of lines have a test of their own.
  const isOfLines = Array.isArray(wanted.hashes?.[0])
  if (wanted.hashes !== undefined && !isOfLines && !isDeepStrictEqual(wanted.hashes, got.hashes)) return false
  if (wanted.count !== undefined && wanted.count !== got.count) return false
  if (wanted.samples !== undefined && !isClose(wanted.samples, got.samples)) return false
  if (wanted.sample !== undefined) {
    const made = got.samples?.[0] as Record<string, unknown>
    return got.samples?.length === 1 && isClose({ ...testCase.sample, ...wanted.sample }, made)
  }
  const texts = wanted.texts ?? (wanted.text === undefined ? undefined : [wanted.text])
  return texts === undefined || isDeepStrictEqual(texts, textsOf(testCase, got))
}

function textsOf({ params }: VectorCase, got: Expectation): unknown {
  const key = typeof params['text_key'] === 'string' ? params['text_key'] : 'text'
  return got.samples?.map(sample => (sample as Record<string, unknown>)[key])
}

function ownKeys(wanted: object, got: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.keys(wanted).map(key => [key, got[key]]))
}

/** Equality with numbers compared to 1e-9 of their size. */
function isClose(a: unknown, b: unknown): boolean {
  if (typeof a === 'number' && typeof b === 'number')
    return Object.is(a, b) || Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b))
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((value, i) => isClose(value, b[i]))
  if (typeof a === 'object' && typeof b === 'object' && a !== null && b !== null) {
    const keys = Object.keys(a)
    return (
      keys.length === Object.keys(b).length &&
      keys.every(key => Object.hasOwn(b, key) && isClose(Reflect.get(a, key), Reflect.get(b, key)))
    )
  }
  return isDeepStrictEqual(a, b)
}
