import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { optimalBands } from '../../src/ops/deduplicators/bands.js'
import { documentMinhashDeduplicator } from '../../src/ops/deduplicators/document-minhash-deduplicator.js'
import { minHash } from '../../src/ops/text/minhash.js'
import { permutations } from '../../src/ops/text/permutations.js'
import { shingler } from '../../src/ops/text/shingles.js'
import { Sha1 } from '../../src/util/sha1.js'
import { casesOf, type VectorCase } from './vector-cases.js'

const operator = 'document_minhash_deduplicator'

/** SHA-256 of the bands of each sample, every value of them in eight bytes, the most significant first. */
function digests({ params, samples }: VectorCase, [bands, rows]: readonly number[]): string[] {
  const parsed = documentMinhashDeduplicator.params.parse(params) as Parameters<typeof shingler>[0] & {
    num_permutations: number
  }
  const shinglesOf = shingler(parsed, 5)
  const constants = permutations(parsed.num_permutations)
  const signature = new Uint32Array(constants.count)
  return samples!.map(({ text }) => {
    minHash(shinglesOf(String(text)), constants, signature)
    const bytes = Buffer.alloc(Math.min(signature.length, bands * rows) * 8)
    for (let i = 0; i * 8 < bytes.length; i++) bytes.writeUInt32BE(signature[i], i * 8 + 4)
    return createHash('sha256').update(bytes).digest('hex')
  })
}

describe('MinHash', () => {
  test('signatures are those of Data-Juicer on every recorded case', () => {
    const cases = casesOf(operator).filter(({ expect: { minhash_sha256 } }) => minhash_sha256 !== undefined)
    expect(cases.length).toBeGreaterThan(5)
    for (const testCase of cases)
      expect(digests(testCase, testCase.expect.bands!)).toEqual(testCase.expect.minhash_sha256)
  })

  test('bands are those of Data-Juicer for every recorded threshold', () => {
    const file = new URL('../vectors/data-juicer-_minhash_optimal_param.jsonl', import.meta.url)
    for (const line of readFileSync(file, 'utf8').trim().split('\n')) {
      const { params, expect: wanted } = JSON.parse(line)
      const { bands, rows } = optimalBands(params.threshold, params.num_perm)
      expect({ ...params, bands_rows: [bands, rows] }).toEqual({ ...params, ...wanted })
    }
  })

  test('values are exact for shingles of any hash', () => {
    const constants = permutations(64)
    const word = (i: number, name: 'a' | 'b') =>
      (BigInt(constants[`${name}High`][i] >>> 0) << 32n) | BigInt(constants[`${name}Low`][i] >>> 0)
    const signature = new Uint32Array(64)
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 80 }), text => {
        const bytes = Buffer.from(text)
        minHash({ bytes, starts: Int32Array.of(0, bytes.length), gap: 0, window: 1, count: 1 }, constants, signature)
        const hash = BigInt(createHash('sha1').update(bytes).digest().readUInt32LE())
        for (const [i, value] of signature.entries()) {
          const wrapped = BigInt.asUintN(64, hash * word(i, 'a') + word(i, 'b'))
          expect(value).toBe(Number(BigInt.asUintN(32, wrapped % (2n ** 61n - 1n))))
        }
      }),
      { numRuns: 50 },
    )
  })
})

test('values of MinHash are exact where the sum reaches the modulus', () => {
  const bytes = Buffer.from('a shingle')
  const hash = BigInt(createHash('sha1').update(bytes).digest().readUInt32LE())
  const modulus = 2n ** 61n - 1n
  const sums = Array.from({ length: 8 }, (_, top) =>
    Array.from({ length: 20 }, (_, below) => (BigInt(top) << 61n) + modulus - BigInt(below)),
  ).flat()
  const words = (values: readonly bigint[]) => Int32Array.from(values, value => Number(BigInt.asIntN(32, value)))
  const summands = sums.map(sum => BigInt.asUintN(64, sum - hash))
  const constants = {
    count: sums.length,
    aHigh: words(sums.map(() => 0n)),
    aLow: words(sums.map(() => 1n)),
    bHigh: words(summands.map(summand => summand >> 32n)),
    bLow: words(summands),
  }
  const signature = new Uint32Array(sums.length)
  minHash({ bytes, starts: Int32Array.of(0, bytes.length), gap: 0, window: 1, count: 1 }, constants, signature)
  expect([...signature]).toEqual(sums.map(sum => Number(BigInt.asUintN(32, sum % modulus))))
})

test('the SHA-1 of any bytes is that of OpenSSL', () => {
  const sha1 = new Sha1()
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), bytes => {
      sha1.digest(bytes, 0, bytes.length)
      const words = Buffer.alloc(20)
      for (const [i, word] of sha1.words.entries()) words.writeInt32BE(word, i * 4)
      expect(words.toString('hex')).toBe(createHash('sha1').update(bytes).digest('hex'))
    }),
    { numRuns: 300 },
  )
})
