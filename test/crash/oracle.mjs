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
function render({ source, value, text, isChanged }) {
  if (!isChanged) return source
  const before = `{"id":${JSON.stringify(value.id)},"text":`
  const after = source.subarray(Buffer.byteLength(before + JSON.stringify(value.text)))
  return Buffer.concat([Buffer.from(before + JSON.stringify(text)), after])
}

/** The bytes that exporting a folder through operators (`[name, params]` pairs) must give, and how many samples are set aside. */
export function expectedExport(folder, process) {
  const read = readSamples(folder)
  let { samples } = read
  for (const [name, params] of process) samples = operators[name](params ?? {})(samples)
  const lines = samples.flatMap(sample => [render(sample), Buffer.from('\n')])
  return { bytes: Buffer.concat(lines), setAside: read.setAside, count: samples.length }
}
