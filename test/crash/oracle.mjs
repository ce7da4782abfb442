// What a recipe of the crash rig should give, said once more in the plainest way: read every line of every file,
// apply the operators one by one, keep the first of equal texts. Shares no code with Pawl.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'

const asciiSpace = /^[\t\n\v\f\r \x1c-\x1f\x85]+|[\t\n\v\f\r \x1c-\x1f\x85]+$/g

const operators = {
  text_length_filter:
    ({ min_len = 10 }) =>
    samples =>
      samples.filter(sample => [...sample.text].length >= min_len),
  clean_email_mapper: () => samples => {
    for (const sample of samples) {
      const text = sample.text.replace(/[A-Za-z0-9.\-+_]+@[a-z0-9.\-+_]+\.[a-z]+/g, '')
      if (text === sample.text) continue
      sample.text = text
      sample.isChanged = true
    }
    return samples
  },
  document_deduplicator: () => samples => {
    const seen = new Set()
    return samples.filter(({ text }) => {
      const hash = createHash('md5').update(text.replace(asciiSpace, '')).digest('hex')
      return !seen.has(hash) && seen.add(hash)
    })
  },
  document_simhash_deduplicator: () => samples => {
    const hashes = samples.map(({ text }) => simHash(text))
    return firstOfClusters(samples, (a, b) => {
      if (hashes[a] === undefined || hashes[b] === undefined) return false
      let apart = 0
      for (let bits = hashes[a] ^ hashes[b]; bits > 0n; bits >>= 1n) if (bits & 1n) apart++
      return apart <= 4
    })
  },
  // The rig's texts are either equal or share next to no runs of five words.
  document_minhash_deduplicator: () => samples => {
    const words = samples.map(({ text }) =>
      text
        .toLowerCase()
        .split(' ')
        .filter(word => word !== ''),
    )
    const keys = words.map(each => (each.length < 5 ? undefined : each.join(' ')))
    return firstOfClusters(samples, (a, b) => keys[a] !== undefined && keys[a] === keys[b])
  },
  document_line_deduplicator:
    ({ frequency_threshold = 6 }) =>
    samples => {
      const counts = new Map()
      for (const { text } of samples)
        for (const line of new Set(linesOf(text))) counts.set(line, (counts.get(line) ?? 0) + 1)
      for (const sample of samples) {
        const isCommon = line =>
          line.length > 1 && (counts.get(line.replace(asciiSpace, '')) ?? 0) > frequency_threshold
        const text = sample.text
          .split('\n')
          .filter(line => !isCommon(line))
          .join('\n')
        if (text !== sample.text) Object.assign(sample, { text, isChanged: true })
      }
      return samples
    },
  topk_specified_field_selector:
    ({ field_key, topk }) =>
    samples => {
      const largest = samples.map(({ value }) => value[field_key]).sort()
      const taken = new Set(largest.slice(-topk))
      return samples.filter(({ value }) => taken.has(value[field_key]))
    },
  key_value_grouper: () => samples => {
    const groups = Map.groupBy?.(samples, ({ text }) => text) ?? groupByText(samples)
    return [...groups.values()].map(members => ({ members }))
  },
}

function groupByText(samples) {
  const groups = new Map()
  for (const sample of samples) groups.set(sample.text, [...(groups.get(sample.text) ?? []), sample])
  return groups
}

const linesOf = text => text.split('\n').map(line => line.replace(asciiSpace, ''))

/** 64 bits by majority over the runs of six words; undefined for shorter texts. */
function simHash(text) {
  const words = text
    .toLowerCase()
    .split(' ')
    .filter(word => word !== '')
  if (words.length < 6) return undefined
  const votes = new Array(64).fill(0)
  for (let i = 0; i + 6 <= words.length; i++) {
    const run = words.slice(i, i + 6).join(' ')
    const bits = createHash('md5').update(run).digest().readBigUInt64BE(0)
    for (let bit = 0; bit < 64; bit++) votes[bit] += (bits >> BigInt(bit)) & 1n ? 1 : -1
  }
  return votes.reduce((hash, vote, bit) => (vote > 0 ? hash | (1n << BigInt(bit)) : hash), 0n)
}

/** The first of all samples that are linked, over any number of others. */
function firstOfClusters(samples, isNear) {
  const root = samples.map((_, index) => index)
  const find = index => (root[index] === index ? index : find(root[index]))
  for (let b = 0; b < samples.length; b++)
    for (let a = 0; a < b; a++) {
      const [x, y] = [find(a), find(b)]
      if (x !== y && isNear(a, b)) root[Math.max(x, y)] = Math.min(x, y)
    }
  return samples.filter((_, index) => find(index) === index)
}

/** The lines of all files of a folder, in name order, as samples; what is no sample is counted as set aside. */
function readSamples(folder) {
  const samples = []
  let setAside = 0
  for (const name of readdirSync(folder).sort()) {
    const bytes = readFileSync(join(folder, name))
    const lines = (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('latin1').split('\n')
    for (const line of lines) {
      if (line.trim() === '') continue
      const source = Buffer.from(line, 'latin1')
      let value
      try {
        value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(source))
      } catch {
        setAside++
        continue
      }
      if (typeof value === 'object' && value !== null && typeof value.text === 'string')
        samples.push({ source, value, text: value.text, isChanged: false })
      else setAside++
    }
  }
  return { samples, setAside }
}

/** A changed sample in the rig's own data has the shape {"id":…,"text":…,"n":…}, with the text in its second place. */
function render({ members, source, value, text, isChanged }) {
  if (members !== undefined) return renderGroup(members)
  if (!isChanged) return source
  const before = `{"id":${JSON.stringify(value.id)},"text":`
  const after = source.subarray(Buffer.byteLength(before + JSON.stringify(value.text)))
  return Buffer.concat([Buffer.from(before + JSON.stringify(text)), after])
}

/** The rig's samples end in a number of many digits, which keep their spelling. */
function renderGroup(members) {
  const list = of => `[${members.map(of).join(', ')}]`
  const number = ({ source }) => /"n":(\d+)}$/.exec(source.toString())[1]
  const ids = list(({ value }) => JSON.stringify(value.id))
  return Buffer.from(`{"id": ${ids}, "text": ${list(({ text }) => JSON.stringify(text))}, "n": ${list(number)}}`)
}

/** The bytes that exporting a folder through operators (`[name, params]` pairs) must give, and how many samples are set aside. */
export function expectedExport(folder, process) {
  const read = readSamples(folder)
  let { samples } = read
  for (const [name, params] of process) samples = operators[name](params ?? {})(samples)
  const lines = samples.flatMap(sample => [render(sample), Buffer.from('\n')])
  return { bytes: Buffer.concat(lines), setAside: read.setAside, count: samples.length }
}
