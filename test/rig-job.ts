import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { onTestFinished } from 'vitest'
import type { JobSummary } from '../src/state/job-summary.js'

/** How a run of the program ended. */
export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

interface Starting {
  readonly env?: NodeJS.ProcessEnv
  readonly cwd?: string
  /** What starts it. */
  readonly by?: readonly string[]
}

export interface Running {
  readonly pid: number
  readonly ended: Promise<Ended>
  kill(signal: NodeJS.Signals): void
  /** Resolves when the program has printed or logged what matches. */
  sees(pattern: RegExp): Promise<void>
}

const main = resolve('dist', 'cli', 'main.js')

/** A folder with data and recipes, and the built program run in it. Removed when the test ends. */
export class JobRig {
  readonly folder = mkdtempSync(join(tmpdir(), 'pawl-job-'))

  /** @param atEnd how what ends it is registered; with the test that it is made in where nothing is said */
  constructor(atEnd: (end: () => void) => void = onTestFinished) {
    atEnd(() => rmSync(this.folder, { recursive: true, force: true }))
  }

  path(...parts: string[]): string {
    return join(this.folder, ...parts)
  }

  write(name: string, content: string | Buffer): string {
    mkdirSync(dirname(this.path(name)), { recursive: true })
    writeFileSync(this.path(name), content)
    return this.path(name)
  }

  /** Writes records as lines of JSON. */
  writeLines(name: string, records: readonly unknown[]): string {
    return this.write(name, records.map(record => `${JSON.stringify(record)}\n`).join(''))
  }

  /** Writes a recipe; it is YAML that happens to be JSON. */
  recipe(values: Readonly<Record<string, unknown>>, name = 'recipe.yaml'): string {
    return this.write(
      name,
      JSON.stringify({
        dataset_path: 'data',
        export_path: 'out/result.jsonl',
        work_dir: 'jobs',
        job_id: 'job',
        np: 2,
        ...values,
      }),
    )
  }

  start(...args: readonly string[]): Running {
    return this.startWith(process.env, ...args)
  }

  /** Starts the program in an environment of its own. */
  startWith(env: NodeJS.ProcessEnv, ...args: readonly string[]): Running {
    return this.startAs({ env }, ...args)
  }

  /** Starts the program by another one, and in another folder. */
  startAs({ env = process.env, cwd = this.folder, by = [] }: Starting, ...args: readonly string[]): Running {
    const [program, ...rest] = [...by, process.execPath, main, ...args]
    const child = spawn(program, rest, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
    let stdout = ''
    let stderr = ''
    const waiting: { pattern: RegExp; done: () => void }[] = []
    const check = () => {
      for (const wait of waiting) if (wait.pattern.test(stdout + stderr)) wait.done()
    }
    child.stdout.on('data', chunk => {
      stdout += chunk
      check()
    })
    child.stderr.on('data', chunk => {
      stderr += chunk
      check()
    })
    const ended = new Promise<Ended>(done =>
      child.once('close', (code, signal) => done({ code, signal, stdout, stderr })),
    )
    return {
      pid: child.pid as number,
      ended,
      kill: signal => void child.kill(signal),
      sees: pattern =>
        new Promise((done, fail) => {
          waiting.push({ pattern, done })
          check()
          void ended.then(end => fail(new Error(`ended without ${pattern}: ${end.stdout}${end.stderr}`)))
        }),
    }
  }

  run(...args: readonly string[]): Promise<Ended> {
    return this.start(...args).ended
  }

  /** Runs the recipe to its end. */
  runRecipe(...settings: readonly string[]): Promise<Ended> {
    return this.run('run', '--config', 'recipe.yaml', ...settings)
  }

  read(...parts: string[]): string {
    return readFileSync(this.path(...parts), 'utf8')
  }

  bytes(...parts: string[]): Buffer {
    return readFileSync(this.path(...parts))
  }

  /** How many checkpoints of a job have their names. */
  checkpoints(...jobDir: string[]): number {
    const folder = this.path(...jobDir, 'checkpoints')
    const isPoint = (name: string) => !name.startsWith('.') && /\.op\d+\..*\.(parquet|arrow|jsonl)$/.test(name)
    return existsSync(folder) ? readdirSync(folder).filter(isPoint).length : 0
  }

  exportedRows(name = 'result.jsonl'): unknown[] {
    return parseLines(this.read('out', name))
  }

  quarantine(): Record<string, unknown>[] {
    const path = this.path('jobs', 'job', 'quarantine', 'quarantine.jsonl')
    return existsSync(path) ? (parseLines(readFileSync(path, 'utf8')) as Record<string, unknown>[]) : []
  }

  summary(): JobSummary {
    return JSON.parse(this.read('jobs', 'job', 'job_summary.json')) as JobSummary
  }

  /** All events of all runs of the job, in order. */
  events(): Record<string, unknown>[] {
    const folder = this.path('jobs', 'job')
    const names = readdirSync(folder)
      .filter(name => name.startsWith('events_'))
      .sort()
    return names.flatMap(name => parseLines(readFileSync(join(folder, name), 'utf8')) as Record<string, unknown>[])
  }

  /** Units that all processes on a job started, each as often as it was, in order of their names. */
  unitStarts(...jobDir: string[]): string[] {
    const folder = this.path(...jobDir)
    return readdirSync(folder)
      .filter(name => name.startsWith('events_'))
      .flatMap(name => readFileSync(join(folder, name), 'utf8').split('\n'))
      .filter(line => line.includes('"partition_start"'))
      .map(line => JSON.parse(line) as { partition: string; from_op: number; to_op: number })
      .map(({ partition, from_op, to_op }) => `${partition} ${from_op}-${to_op}`)
      .sort()
  }

  /** How many units the last run started. */
  unitsOfLastRun(): number {
    const events = this.events()
    const start = events.findLastIndex(({ event_type }) => event_type === 'job_start')
    return events.slice(start).filter(({ event_type }) => event_type === 'partition_start').length
  }

  /** The sentence with which the last run began. */
  lastStart(): string {
    return String(this.events().findLast(({ event_type }) => event_type === 'job_start')?.['message'])
  }
}

function parseLines(text: string): unknown[] {
  return text
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as unknown)
}
