// What the benches share: a corpus, runs of the program as a user starts it, medians.
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const main = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url))

/** The JSONL files of a corpus folder and their size in bytes. */
export function openCorpus(folder) {
  if (folder === undefined || !existsSync(folder))
    throw new Error('give a folder of .jsonl files as the first argument')
  const files = readdirSync(folder)
    .filter(name => name.endsWith('.jsonl'))
    .sort()
    .map(name => join(folder, name))
  return { files, bytes: files.reduce((sum, file) => sum + statSync(file).size, 0) }
}

export function makeFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'pawl-bench-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export const median = values => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]

export const quickstartOperators = [
  'clean_links_mapper',
  'clean_email_mapper',
  'fix_unicode_mapper',
  'whitespace_normalization_mapper',
  'punctuation_normalization_mapper',
  'text_length_filter',
  'alphanumeric_filter',
  'character_repetition_filter',
  'word_repetition_filter',
  'special_characters_filter',
  'document_deduplicator',
]

/** Runs a command to its end; wall time and the largest resident memory of the process and of its children, sampled. */
export async function timeCommand(command, args, options = {}) {
  const started = performance.now()
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'], ...options })
  let stdout = ''
  child.stdout.on('data', chunk => (stdout += chunk))
  const peak = { self: 0, child: 0 }
  const timer = setInterval(() => samplePeak(child.pid, peak), 50)
  const code = await new Promise(done => child.once('close', done))
  clearInterval(timer)
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}`)
  return { ms: performance.now() - started, stdout, peakSelfMb: peak.self / 1e6, peakChildMb: peak.child / 1e6 }
}

/** Runs a recipe given as values, in a folder of its own; `report` is what `pawl run --json` prints. */
export async function runRecipe(folder, values) {
  const path = join(folder, 'recipe.yaml')
  writeFileSync(
    path,
    JSON.stringify({ work_dir: join(folder, 'jobs'), export_path: join(folder, 'out', 'result.jsonl'), ...values }),
  )
  const timed = await timeCommand(process.execPath, [main, 'run', '--config', path, '--json'], { cwd: folder })
  return { ...timed, report: JSON.parse(timed.stdout) }
}

export function clear(folder) {
  for (const name of ['jobs', 'out']) rmSync(join(folder, name), { recursive: true, force: true })
}

/**
 * The corpus as one file, since Data-Juicer reads a folder in the order of the file system, and a file of its first
 * sample, to measure start-up by.
 */
export function joinCorpus(folder, corpus) {
  const data = { whole: join(folder, 'whole', 'corpus.jsonl'), first: join(folder, 'first', 'one.jsonl') }
  for (const name of Object.keys(data)) mkdirSync(join(folder, name))
  for (const file of corpus.files) writeFileSync(data.whole, readFileSync(file), { flag: 'a' })
  writeFileSync(data.first, `${readFileSync(corpus.files[0], 'utf8').split('\n', 1)[0]}\n`)
  return data
}

/**
 * Times a recipe with two workers, against Data-Juicer with np: 2 where a virtual environment with it is
 * given. Start-up, the time of a run over one sample, is taken off both. Samples differ where their texts do, or what
 * the recipe keeps of their statistics.
 */
export async function compareWithPeer({ folder, corpus, data, recipe: given, venv }) {
  const recipe = { np: 2, ...given }
  const pawl = await timeOver(data, path => runPawl(folder, { ...recipe, dataset_path: path }))
  const speed = ms => Number((corpus.bytes / 1e3 / ms).toFixed(1))
  const seconds = ms => Number((ms / 1000).toFixed(1))
  const figures = { pawl_s: seconds(pawl.ms), pawl_mb_s: speed(pawl.ms), kept: pawl.rows.length }
  if (venv === undefined) return { figures, pawlMs: pawl.ms }
  const peer = await timeOver(data, path => runPeer(folder, venv, { ...recipe, dataset_path: path }))
  const differing =
    pawl.rows.filter((row, index) => !isSame(row, peer.rows[index])).length +
    Math.max(0, peer.rows.length - pawl.rows.length)
  const ratio = Number((peer.ms / pawl.ms).toFixed(1))
  Object.assign(figures, { peer_s: seconds(peer.ms), peer_mb_s: speed(peer.ms), peer_kept: peer.rows.length })
  return { figures: { ...figures, differing, ratio, bar: 30 }, pawlMs: pawl.ms, peerMs: peer.ms }
}

async function timeOver(data, run) {
  const start = await run(data.first)
  const { ms, rows } = await run(data.whole)
  return { ms: ms - start.ms, rows }
}

async function runPawl(folder, recipe) {
  clear(folder)
  const { ms } = await runRecipe(folder, {
    ...recipe,
    partition: { mode: 'manual', num_of_partitions: 16 },
    checkpoint: { strategy: 'disabled' },
    job_id: basename(recipe.dataset_path, '.jsonl'),
  })
  return { ms, rows: rowsOf(join(folder, 'out', 'result.jsonl')) }
}

async function runPeer(folder, venv, recipe) {
  const out = join(folder, 'peer')
  rmSync(out, { recursive: true, force: true })
  const path = join(folder, 'peer.yaml')
  const export_path = join(out, 'result.jsonl')
  writeFileSync(path, JSON.stringify({ project_name: 'bench', export_path, use_cache: false, ...recipe }))
  const { ms } = await timeCommand(join(venv, 'bin', 'dj-process'), ['--config', path], {
    cwd: folder,
    env: { ...process.env, HF_HUB_OFFLINE: '1' },
  })
  return { ms, rows: rowsOf(export_path) }
}

function rowsOf(path) {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map(line => JSON.parse(line))
    .map(({ text, __dj__stats__: stats = {} }) => ({ text, stats }))
}

function isSame(row, other) {
  if (row.text !== other?.text) return false
  const names = new Set([...Object.keys(row.stats), ...Object.keys(other.stats)])
  return [...names].every(name => isClose(row.stats[name], other.stats[name]))
}

/** Data-Juicer writes numbers with ten digits behind the point. */
function isClose(a, b) {
  return a === b || Math.abs(a - b) <= Math.max(1e-10, 1e-9 * Math.abs(a))
}

/** Looks at the process and its children alone: a walk over all processes would cost a busy machine what is measured. */
function samplePeak(pid, peak) {
  peak.self = Math.max(peak.self, residentOf(pid))
  const children = readOptional(`/proc/${pid}/task/${pid}/children`)?.split(' ').filter(Boolean) ?? []
  for (const child of children) peak.child = Math.max(peak.child, residentOf(child))
}

function residentOf(pid) {
  return Number(readOptional(`/proc/${pid}/statm`)?.split(' ')[1] ?? 0) * 4096
}

/** A process may end between being listed and being read. */
function readOptional(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
