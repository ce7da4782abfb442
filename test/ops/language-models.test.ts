import { closeSync, ftruncateSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { hfTokenizerOf } from '../../src/ops/models/hf-tokenizer.js'
import { checkKenlm, openKenlm } from '../../src/ops/text/kenlm/open-kenlm.js'
import { PagedBytes } from '../../src/ops/text/kenlm/paged-bytes.js'
import { SentencePiece } from '../../src/ops/text/sentencepiece/sentencepiece.js'
import { tempFolder } from '../io/temp-folder.js'

const folder = new URL(
  `file://${process.env['PAWL_VECTORS'] ?? fileURLToPath(new URL('../vectors', import.meta.url))}/`,
)
const modelPath = (name: string) => fileURLToPath(new URL(`models/${name}`, folder))

interface Case<E> {
  readonly params: Readonly<Record<string, unknown>>
  readonly assets: Readonly<Record<string, unknown>>
  readonly text: string
  readonly expect: E
}

function cases<E>(name: string): Case<E>[] {
  const lines = readFileSync(new URL(`${name}.jsonl`, folder), 'utf8').split('\n')
  return lines.filter(line => line !== '').map(line => JSON.parse(line) as Case<E>)
}

/** What is made of each name, once. */
function cached<T>(make: (name: string) => T): (name: string) => T {
  const made = new Map<string, T>()
  return name => {
    if (!made.has(name)) made.set(name, make(name))
    return made.get(name) as T
  }
}

describe('models read natively agree with the libraries on every recorded case', () => {
  test('SentencePiece: unigram and BPE', () => {
    const open = cached(name => new SentencePiece(readFileSync(modelPath(name))))
    for (const { text, assets, expect: wanted } of cases('_sentencepiece_encode')) {
      const model = open(String(assets['sentencepiece']))
      const got = { normalized: model.normalize(text), pieces: model.pieces(text), ids: model.ids(text) }
      expect(got, text).toEqual(wanted)
    }
  })

  test('KenLM: ARPA, probing, trie, quantized and compressed', () => {
    const open = cached(name => openKenlm(modelPath(name)))
    for (const { text, assets, params, expect: wanted } of cases<{ score: number; order: number }>('_kenlm_score'))
      for (const name of assets['kenlm'] as string[]) {
        const bounds = { hasStart: params['bos'] !== false, hasEnd: params['eos'] !== false }
        const model = open(name)
        const got = { score: model.scoreLine(text, bounds), order: model.order }
        expect(got, `${name}: ${text}`).toEqual({ score: wanted.score, order: wanted.order })
      }
  })

  test('tokenizer.json of Hugging Face', () => {
    const open = cached(name => hfTokenizerOf(modelPath(name), undefined))
    for (const { text, assets, params, expect: wanted } of cases<{ ids: number[] }>('_tokenizer_encode')) {
      const ids = open(String(assets['tokenizer'])).ids(text, params['add_special_tokens'] === true)
      expect(ids, `${String(assets['tokenizer'])}: ${text}`).toEqual(wanted.ids)
    }
  })
})

describe('large models', () => {
  test('positions beyond 4 GiB are read from a file, and kept in as many buffers as it takes', () => {
    const path = join(tempFolder(), 'sparse.bin')
    const far = 4.5 * 2 ** 30
    const fd = openSync(path, 'w')
    ftruncateSync(fd, far + 64)
    writeSync(fd, Buffer.from([1, 2, 3, 4, 5, 6, 7, 8]), 0, 8, far + 8)
    closeSync(fd)
    const read = PagedBytes.read(path, { start: far - 8 })
    expect([read.length, read.int32(16), read.bits32(20, 4)]).toEqual([72, 0x04030201, 0x00807060])
    const kept = PagedBytes.zeros(far + 64)
    kept.setInt32(far, -5)
    kept.setFloat32(2 ** 32, 0.5)
    expect([kept.pageCount, kept.int32(far), kept.float32(2 ** 32), kept.bits32(far + 1, 4)]).toEqual([
      5, -5, 0.5, 0x000fffff,
    ])
  })

  test('what stands across two buffers is read as if they were one', () => {
    const path = modelPath('en.o3.trie-a22.bin')
    const whole = PagedBytes.read(path)
    const paged = PagedBytes.read(path, { pageBytes: 1024 })
    expect(paged.pageCount).toBeGreaterThan(100)
    for (let at = 0; at + 8 < whole.length; at += 509)
      expect([paged.bits32(at, at % 8), paged.uint64(at)]).toEqual([whole.bits32(at, at % 8), whole.uint64(at)])
  })
})

describe('models that cannot be read are refused before any work', () => {
  const arpa = (lines: readonly string[]) => {
    const path = join(tempFolder(), 'model.arpa')
    writeFileSync(path, `${lines.join('\n')}\n`)
    return path
  }
  const head = ['\\data\\', 'ngram 1=3', 'ngram 2=1', '', '\\1-grams:', '-1\t<s>\t-0.5', '-1\t</s>', '-1\ta\t-0.25']

  test.each([
    ['no model', ['once upon a time'], /line 1: it is no ARPA file; found "once upon a time"/],
    ['a positive probability', [...head.slice(0, 5), '1\t<s>'], /line 6: a log probability of 1 is greater than 0/],
    ['no end', [...head, '', '\\2-grams:', '-1\t<s> a'], /line 11: it is cut short/],
    ['an unknown word', [...head, '\\2-grams:', '-1\t<s> b', '\\end\\'], /line 10: b is no word of this model/],
    ['too many words', [...head, '-1\tb'], /line 9: there are more words than the 3 announced/],
    ['no number', [...head, 'x\tb'], /line 9: "x" is no number/],
  ])('an ARPA file with %s', (_, lines, message) => {
    expect(() => openKenlm(arpa(lines))).toThrow(message)
  })

  test('a binary that is cut short, and a file that is no SentencePiece model', () => {
    const whole = readFileSync(modelPath('en.o3.probing-p1.2.bin'))
    const path = join(tempFolder(), 'cut.bin')
    writeFileSync(path, whole.subarray(0, 20_000))
    expect(() => checkKenlm(path)).toThrow(/it is cut short/)
    writeFileSync(path, whole.subarray(0, 400_000))
    expect(() => openKenlm(path)).toThrow(/it is cut short: its header tells of 596312 bytes, it has 400000/)
    expect(() => new SentencePiece(Buffer.from('once upon a time'))).toThrow(/SentencePiece/)
  })
})
