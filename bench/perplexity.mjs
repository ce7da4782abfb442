// Speed of perplexity_filter with one worker, by a small model and by a probing model of about 1 GB that this makes: its
// tables hold the n-grams of the start of the corpus, and random entries as densely as KenLM fills them.
// npm run bench -- perplexity CORPUS [--mb 1000]
import { randomFillSync } from 'node:crypto'
import { closeSync, copyFileSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ContextKey, murmurHash, SentencePiece } from '../dist/tooling.js'
import { makeFolder, openCorpus, runRecipe } from './shared.mjs'

const order = 5
const multiplier = 1.5
const models = fileURLToPath(new URL('../test/vectors/models/', import.meta.url))
const corpus = openCorpus(process.argv[2])
const at = process.argv.indexOf('--mb')
const wantedBytes = (at < 0 ? 1000 : Number(process.argv[at + 1])) * 1e6
const folder = makeFolder()

const small = join(folder, 'small')
const large = join(folder, 'large')
for (const each of [small, large]) {
  mkdirSync(each)
  copyFileSync(join(models, 'en.sp.model'), join(each, 'en.sp.model'))
}
copyFileSync(join(models, 'en.o3.probing-p1.2.bin'), join(small, 'en.arpa.bin'))
const pieces = new SentencePiece(readFileSync(join(models, 'en.sp.model')))
const modelBytes = writeModel(join(large, 'en.arpa.bin'))

const results = []
for (const [name, dir] of [
  ['small', small],
  ['large', large],
]) {
  const { report } = await runRecipe(dir, {
    dataset_path: corpus.files,
    np: 1,
    worker: { memory_mb: 1024 },
    process: [{ perplexity_filter: { model_dir: dir, max_ppl: 1e9 } }],
  })
  const { ms } = report.operators[0]
  results.push({
    model: name,
    mb_per_second: Number((report.input_bytes / 1e3 / ms).toFixed(1)),
    kept: report.samples_out,
  })
}
console.log(
  JSON.stringify({
    bench: 'perplexity',
    corpus_mb: Math.round(corpus.bytes / 1e6),
    model_mb: Math.round(modelBytes / 1e6),
    results,
  }),
)

/** N-grams of the first texts by order, as the ids of their words with the newest first. */
function collectNgrams(ids) {
  const grams = Array.from({ length: order + 1 }, () => new Set())
  const texts = readFileSync(corpus.files[0], 'utf8').split('\n').slice(0, 400)
  for (const line of texts.filter(text => text !== '')) {
    const words = pieces.pieces(JSON.parse(line).text).map(piece => ids.get(piece) ?? 0)
    for (let end = 0; end < words.length; end++)
      for (let length = 2; length <= Math.min(order, end + 1); length++)
        grams[length].add(
          words
            .slice(end + 1 - length, end + 1)
            .reverse()
            .join(' '),
        )
  }
  return grams
}

function writeModel(path) {
  const words = ['<s>', '</s>', ...pieces.pieceTexts.filter(piece => !['<unk>', '<s>', '</s>'].includes(piece))]
  const ids = new Map(words.map((word, index) => [word, index + 1]))
  const grams = collectNgrams(ids)
  const perTable = Math.floor(wantedBytes / (multiplier * (3 * 16 + 12)))
  const counts = [words.length + 1, ...[2, 3, 4, 5].map(() => perTable)]
  const fd = openSync(path, 'w')
  let length = 0
  const write = bytes => {
    writeSync(fd, bytes)
    length += bytes.length
  }
  write(header(counts))
  write(vocabulary(words, ids, counts[0]))
  const unigrams = Buffer.alloc((counts[0] + 1) * 8)
  for (let id = 0; id <= counts[0]; id++) {
    unigrams.writeFloatLE(-3, id * 8)
    unigrams.writeFloatLE(-0.3, id * 8 + 4)
  }
  write(unigrams)
  for (let n = 2; n <= order; n++) write(table(grams[n], perTable, n === order ? 12 : 16))
  closeSync(fd)
  return length
}

function header(counts) {
  const bytes = Buffer.alloc(Math.ceil((108 + order * 8) / 8) * 8)
  bytes.write('mmap lm http://kheafield.com/code format version 5\n\0', 'latin1')
  for (const [i, value] of [0, 1, -0.5].entries()) bytes.writeFloatLE(value, 56 + i * 4)
  bytes.writeUInt32LE(1, 68)
  bytes.writeUInt32LE(0xffffffff, 72)
  bytes.writeBigUInt64LE(1n, 80)
  bytes[88] = order
  bytes.writeFloatLE(multiplier, 92)
  for (const [i, count] of counts.entries()) bytes.writeBigUInt64LE(BigInt(count), 108 + i * 8)
  return bytes
}

function bucketsOf(count) {
  return Math.max(count + 1, Math.floor(Math.fround(multiplier * Math.fround(count))))
}

function put(bytes, { start, buckets, entryBytes }, { high, low }) {
  let bucket = Number(((BigInt(high) << 32n) | BigInt(low)) % BigInt(buckets))
  for (;;) {
    const place = start + bucket * entryBytes
    if (bytes.readInt32LE(place) === 0 && bytes.readInt32LE(place + 4) === 0) {
      bytes.writeUInt32LE(low, place)
      bytes.writeUInt32LE(high, place + 4)
      return place + 8
    }
    if (++bucket === buckets) bucket = 0
  }
}

function vocabulary(words, ids, count) {
  const buckets = bucketsOf(count)
  const bytes = Buffer.alloc(8 + buckets * 12)
  bytes.writeUInt32LE(count, 4)
  for (const word of words)
    bytes.writeUInt32LE(ids.get(word), put(bytes, { start: 8, buckets, entryBytes: 12 }, murmurHash(Buffer.from(word))))
  return bytes
}

/** Real n-grams where they belong, and random entries in so many of the other places. */
function table(grams, count, entryBytes) {
  const buckets = bucketsOf(count)
  const bytes = Buffer.alloc(buckets * entryBytes)
  const key = new ContextKey()
  for (const gram of grams) {
    const [first, ...rest] = gram.split(' ').map(Number)
    key.start(first)
    for (const id of rest) key.extend(id)
    const place = put(bytes, { start: 0, buckets, entryBytes }, key)
    bytes.writeFloatLE(-1.5, place)
    if (entryBytes === 16) bytes.writeFloatLE(-0.2, place + 4)
  }
  const filler = Buffer.alloc(entryBytes * 1024)
  randomFillSync(filler)
  const share = (count - grams.size) / buckets
  for (let bucket = 0, at = 0; bucket < buckets; bucket++) {
    const place = bucket * entryBytes
    if ((bucket * 0.6180339887) % 1 >= share || bytes.readInt32LE(place) !== 0) continue
    filler.copy(bytes, place, at, at + 8)
    at = (at + entryBytes) % filler.length
  }
  return bytes
}
