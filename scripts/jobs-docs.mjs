// Runs every command that docs/jobs.md shows, in order, on a small job of its own, and writes what it printed below it.
// What changes from run to run (places, process numbers, times, speeds) is written as one example.
//   node scripts/jobs-docs.mjs [--check]
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const file = join(root, 'docs', 'jobs.md')
const folder = mkdtempSync(join(tmpdir(), 'pawl-docs-'))

const operator = `import { defineMapper } from 'pawl'
import { existsSync } from 'node:fs'
export default defineMapper({
  name: 'service_mapper',
  summary: 'Asks a service.',
  params: {},
  create: () => ({
    map(sample) {
      if (sample.get(['id']) % 100 === 7 && !existsSync(new URL('service-is-back', import.meta.url)))
        throw new Error('the service was away')
    },
  }),
})
`

function makeProject() {
  const lines = Array.from({ length: 2_000 }, (_, id) =>
    JSON.stringify({ id, text: id % 3 === 0 ? 'short' : `a text of some words, number ${id}` }),
  )
  writeFileSync(join(folder, 'data.jsonl'), `${lines.join('\n')}\n`)
  writeFileSync(join(folder, 'service.mjs'), operator)
  writeFileSync(
    join(folder, 'recipe.yaml'),
    `dataset_path: data.jsonl
export_path: out/result.jsonl
job_id: exp1
work_dir: out
np: 1
custom_operator_paths: [service.mjs]
partition: {mode: manual, num_of_partitions: 4}
checkpoint: {strategy: every_op}
process: [{text_length_filter: {min_len: 12}}, service_mapper]
`,
  )
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(root, join(folder, 'node_modules', 'pawl'))
}

/** What a command printed, with one example in the place of what changes from run to run. */
function run(line) {
  const command = line.replace(/(^|\s)pawl(\s)/g, `$1${process.execPath} ${join(root, 'dist', 'cli', 'main.js')}$2`)
  const env = { ...process.env, XDG_STATE_HOME: join(folder, 'state'), NO_COLOR: '1', COLUMNS: '110' }
  const { stdout, stderr } = spawnSync('bash', ['-c', command], { cwd: folder, encoding: 'utf8', env })
  return tidy(stdout + stderr)
}

function tidy(text) {
  return text
    .replaceAll(folder, '/data')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '2026-01-31T12:00:00.000Z')
    .replaceAll(hostname(), 'node1')
    .replace(/\b\d+-([0-9a-f]{12})\b/g, '1-518f9bd22a74')
    .replace(/\ba-[0-9a-f]{12}\b/g, 'a-b2ee0b96830a')
    .replace(/data-[0-9a-f]{12}/g, 'data-b2ee0b96830a')
    .replace(/\b(process +)\d+ on/g, '$14711 on')
    .replace(/node1:\d+/g, 'node1:4711')
    .replace(/\d+ min \d\d s/g, '0.4 s')
    .replace(/\b\d+(\.\d)? s\b/g, '0.4 s')
    .replace(/[\d.]+ [kM]?B\/s/g, '1.2 MB/s')
    .replace(/[\d.]+ [kM]?B(?!\/)/g, '64.0 kB')
    .replace(/^(\w+_(?:filter|mapper)( +[\d,]+){4}) +[\d,]* +\d+ %$/gm, '$1  50,000  50 %')
    .replace(/"(duration_ms|size_bytes|pid)":\d+/g, '"$1":12')
    .replace(/[0-9a-f]{10,64}(?=["\s.])/g, match => (/\d/.test(match) && /[a-f]/.test(match) ? '1a2b3c4d5e' : match))
    .replace(/[ \t]+$/gm, '')
    .replace(/\.op(\d+-\d+)\.[0-9a-f]{8}\./g, '.op$1.1a2b3c4d.')
    .trimEnd()
}

/** Columns are as wide as what stood in them when it was run. */
function loose(text) {
  return text.replace(/[ -]{2,}/g, '  ')
}

makeProject()
try {
  const text = readFileSync(file, 'utf8')
  const written = text.replace(/```console\n([\s\S]*?)```/g, (_, block) => {
    const commands = block.split('\n').filter(line => line.startsWith('$ '))
    return `\`\`\`console\n${commands.map(line => [line, run(line.slice(2))].filter(part => part !== '').join('\n')).join('\n')}\n\`\`\``
  })
  if (!process.argv.includes('--check')) writeFileSync(file, written)
  else if (loose(written) !== loose(text)) {
    console.error('docs/jobs.md is stale: run node scripts/jobs-docs.mjs')
    process.exitCode = 1
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
