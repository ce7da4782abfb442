// What the benches share: a corpus, runs of the program as a user starts it, medians.
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
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

function samplePeak(pid, peak) {
  peak.self = Math.max(peak.self, residentOf(pid))
  for (const name of readdirSync('/proc')) {
    if (/^\d+$/.test(name) && parentOf(name) === pid) peak.child = Math.max(peak.child, residentOf(name))
  }
}

function residentOf(pid) {
  return Number(readOptional(`/proc/${pid}/statm`)?.split(' ')[1] ?? 0) * 4096
}

function parentOf(pid) {
  const stat = readOptional(`/proc/${pid}/stat`)
  return stat === undefined ? undefined : Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
}

/** A process may end between being listed and being read. */
function readOptional(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
