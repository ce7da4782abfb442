import { spawn } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { randomFrom } from './dataset.js'
import { crashSeed } from './seed.js'

const isLong = process.env['PAWL_CRASH_POINTS'] !== undefined
/** Kills in all; each job is killed several times before it may end. */
const killsWanted = isLong ? 1_000 : 16
const killsOfJob = 8

const killAt = resolve('test/crash/kill-at.mjs')
const modes = ['ignore', 'error', 'overwrite', 'append'] as const
type Mode = (typeof modes)[number]

/** Fans out, filters, fails once on one source, hands over to workers of its own, and writes; two sinks. */
const stages = `
import { existsSync, writeFileSync } from 'node:fs'
import { defineStage, DocumentBatch, z } from 'pawl'
export const FanOut = defineStage({ module: import.meta.url, name: 'FanOut', options: {}, takes: ['DocumentBatch'], gives: ['DocumentBatch'],
  create: () => ({ process: batch => batch.rows.map(row => new DocumentBatch(
    Array.from({ length: row.text.length % 3 }, (_, n) => ({ id: row.id + '/' + n, text: row.text })))).filter(child => child.numItems > 0) }) })
export const FailsOnce = defineStage({ module: import.meta.url, name: 'FailsOnce', options: {}, takes: ['DocumentBatch'], gives: ['DocumentBatch'],
  create: () => ({ process(batch, { source }) {
    if (source.name === 'part-2' && !existsSync('failed-once')) { writeFileSync('failed-once', ''); throw new Error('once') }
    return batch
  } }) })
export const Slow = defineStage({ module: import.meta.url, name: 'Slow', options: {}, takes: ['DocumentBatch'], gives: ['DocumentBatch'], workers: 1, batchSize: 3,
  create: () => ({ processBatch: batches => batches.map(batch => batch.withRows(batch.rows.map(row => ({ ...row, slow: true })))) }) })
export const Names = defineStage({ module: import.meta.url, name: 'Names', options: { path: z.string(), mode: z.string() },
  output: ({ path, mode }) => ({ folder: path, mode }),
  create: () => ({ process(batch, context) { for (const { id } of batch.rows) context.output('names.txt').write(id + '\\n'); return batch } }) })
`

const script = `
import { JsonlReader, JsonlWriter, Pipeline, ScoreFilter, WordCountFilter } from 'pawl'
import { FailsOnce, FanOut, Names, Slow } from './stages.mjs'
const mode = process.argv[2]
const outcome = await new Pipeline({ name: 'crash' })
  .addStage(new JsonlReader({ filePaths: 'input' }))
  .addStage(new ScoreFilter(new WordCountFilter({ minWords: 2 })))
  .addStage(new FanOut()).addStage(new FailsOnce()).addStage(new Slow()).addStage(new Names({ path: 'names', mode }))
  .addStage(new JsonlWriter({ path: 'output', mode }))
  .run({ checkpointPath: 'state', workers: 2, maxAttempts: 99, retryDelayS: 0.01 })
process.exitCode = outcome.failed > 0 ? 3 : 0
`

const template = mkdtempSync(join(tmpdir(), 'pawl-crash-pipeline-'))
mkdirSync(join(template, 'input/sub'), { recursive: true })
for (let file = 0; file < 6; file++) {
  const lines = Array.from({ length: 8 }, (_, n) =>
    JSON.stringify({ id: `${file}-${n}`, text: 'word '.repeat(n).trim() }),
  )
  writeFileSync(join(template, 'input', file % 2 === 0 ? '' : 'sub', `part-${file}.jsonl`), `${lines.join('\n')}\n`)
}
writeFileSync(join(template, 'stages.mjs'), stages)
writeFileSync(join(template, 'run.mjs'), script)

const folders = [template]
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

function newProject(): string {
  const folder = mkdtempSync(join(tmpdir(), 'pawl-crash-pipeline-'))
  folders.push(folder)
  cpSync(template, folder, { recursive: true })
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(resolve('.'), join(folder, 'node_modules', 'pawl'))
  return folder
}

interface End {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly output: string
}

function run(folder: string, mode: Mode, at?: string): Promise<End> {
  const env = { ...process.env, PAWL_LEASE_BEAT_MS: '100', PAWL_LEASE_EXPIRY_MS: '1500' }
  const killed = at === undefined ? env : { ...env, PAWL_KILL_AT: at, NODE_OPTIONS: `--import=${killAt}` }
  const child = spawn(process.execPath, ['run.mjs', mode], { cwd: folder, env: killed })
  let output = ''
  child.stdout.on('data', chunk => (output += String(chunk)))
  child.stderr.on('data', chunk => (output += String(chunk)))
  return new Promise(done => child.once('close', (code, signal) => done({ code, signal, output })))
}

/** Files of the two sinks with what they hold; names that a run has for itself are made alike. */
function results(folder: string): Record<string, string> {
  const found: Record<string, string> = {}
  const visit = (at: string): void => {
    for (const name of readdirSync(at).sort()) {
      const path = join(at, name)
      if (statSync(path).isDirectory()) visit(path)
      else found[path.slice(folder.length + 1).replace(/\.[0-9a-f]{8}(?=\.)/, '.TAG')] = readFileSync(path, 'utf8')
    }
  }
  for (const name of ['names', 'output']) visit(join(folder, name))
  return found
}

/** Runs to the end: sources that failed are run again. */
async function finish(folder: string, mode: Mode): Promise<End> {
  for (let attempt = 0; ; attempt++) {
    const end = await run(folder, mode)
    if (end.code !== 3 || attempt === 5) return end
  }
}

async function expectedOf(mode: Mode): Promise<Record<string, string>> {
  const folder = newProject()
  expect(await finish(folder, mode)).toMatchObject({ code: 0 })
  return results(folder)
}

describe('a pipeline killed at any step that changes the disk', () => {
  it('ends as if it had never been interrupted, in every mode, alone and beside another process', {
    timeout: 7_200_000,
  }, async () => {
    const random = randomFrom(crashSeed)
    const expected = new Map<Mode, Record<string, string>>()
    for (const mode of modes) expected.set(mode, await expectedOf(mode))
    let kills = 0
    for (let job = 0; kills < killsWanted; job++) {
      const mode = modes[(job + crashSeed) % modes.length]
      const folder = newProject()
      const told: string[] = []
      for (let kill = 0; kill < killsOfJob; kill++) {
        const isWorker = random() < 0.3
        const at = isWorker
          ? `worker:${1 + Math.floor(random() * 30)}`
          : `coordinator:${1 + Math.floor(random() * 190)}`
        // Two processes meet at other moments on every run; what is drawn is repeatable with one alone.
        const isShared = random() < 0.3 && isLong
        told.push(`${at}${isShared ? ' beside another' : ''}`)
        const beside = isShared ? run(folder, mode, `coordinator:${1 + Math.floor(random() * 190)}`) : undefined
        const ends = [await run(folder, mode, at), ...(beside === undefined ? [] : [await beside])]
        kills += ends.filter(({ signal }) => signal === 'SIGKILL').length + (isWorker ? 1 : 0)
      }
      const end = await finish(folder, mode)
      expect([end.code, end.output], `${mode}: ${told.join(', ')}`).toEqual([0, expect.anything()])
      expect(results(folder), `${mode}: ${told.join(', ')}`).toEqual(expected.get(mode))
      rmSync(folder, { recursive: true, force: true })
    }
    console.log(`${kills} kills`)
  })
})
