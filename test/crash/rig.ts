import { type ChildProcess, spawn } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { makeDataset } from './dataset.js'
import { expectedExport } from './oracle.mjs'

/** A job of the rig: its data, its operators, and settings given on the command line. */
export interface Scenario {
  readonly name: string
  readonly process: readonly (readonly [string, Record<string, unknown>?])[]
  readonly settings: readonly string[]
  readonly gzip?: boolean
  readonly files?: number
  readonly linesPerFile?: number
}

/** How a run ended. */
export interface RunEnd {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly output: string
}

export const defaultDist = resolve('dist')

/** A scenario in a folder of its own, run as often as it takes. */
export class Rig {
  readonly folder: string
  readonly expected: { readonly bytes: Buffer; readonly setAside: number; readonly count: number }

  constructor(
    readonly scenario: Scenario,
    readonly dist = defaultDist,
    template?: string,
  ) {
    this.folder = mkdtempSync(join(tmpdir(), 'pawl-crash-'))
    const data = join(this.folder, 'data')
    if (template === undefined)
      makeDataset(data, {
        seed: 7,
        files: scenario.files ?? 6,
        linesPerFile: scenario.linesPerFile ?? 60,
        gzip: scenario.gzip,
      })
    else cpSync(template, data, { recursive: true })
    const recipe = {
      dataset_path: 'data',
      export_path: 'out/result.jsonl',
      work_dir: 'jobs',
      job_id: 'rig',
      process: scenario.process.map(([name, params]) => ({ [name]: params ?? null })),
    }
    writeFileSync(join(this.folder, 'recipe.yaml'), JSON.stringify(recipe))
    this.expected = expectedExport(data, scenario.process)
  }

  get jobDir(): string {
    return join(this.folder, 'jobs', 'rig')
  }

  get args(): string[] {
    return [
      join(this.dist, 'cli', 'main.js'),
      'run',
      '--config',
      'recipe.yaml',
      '--worker.retry_delay_s',
      '0.01',
      ...this.scenario.settings,
    ]
  }

  /** Starts a run, under a command such as strace if one is given. */
  start(
    under: readonly string[] = [],
    env: Readonly<Record<string, string>> = {},
  ): { child: ChildProcess; ended: Promise<RunEnd> } {
    const [command, ...rest] = [...under, process.execPath, ...this.args]
    const child = spawn(command, rest, {
      cwd: this.folder,
      // Few signatures are enough for a decision to be made in buckets.
      env: { ...process.env, UV_THREADPOOL_SIZE: '1', PAWL_BUCKET_BYTES: '4096', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    child.stdout.on('data', chunk => (output += chunk))
    child.stderr.on('data', chunk => (output += chunk))
    const ended = new Promise<RunEnd>(done => child.once('close', (code, signal) => done({ code, signal, output })))
    return { child, ended }
  }

  run(under: readonly string[] = [], env: Readonly<Record<string, string>> = {}): Promise<RunEnd> {
    return this.start(under, env).ended
  }

  /** What is wrong with the state after a complete run, before which so many coordinators were killed; empty where all is as it should be. */
  verdict(end: RunEnd, kills: number): string[] {
    if (end.code !== 0) return [`the resumed run ended with ${end.code ?? end.signal}: ${end.output.slice(-600)}`]
    const problems: string[] = []
    if (!this.readExport().equals(this.expected.bytes)) problems.push('the export differs from the oracle')
    const setAside = this.quarantined()
    if (setAside !== this.expected.setAside)
      problems.push(`${setAside} samples in quarantine, ${this.expected.setAside} expected`)
    const { redone, damaged } = this.workDone()
    if (damaged > 0) problems.push(`${damaged} committed files were found damaged`)
    // A worker that is lost costs its unit, a coordinator those of both its workers.
    const lost = this.countEvents('worker_lost')
    if (redone > kills * 2 + lost)
      problems.push(`${redone} units were redone after ${kills} kills and ${lost} lost workers`)
    const partial = readdirSync(join(this.folder, 'out')).filter(name => !name.startsWith('result'))
    if (partial.length > 0) problems.push(`left behind beside the export: ${partial.join(', ')}`)
    return problems
  }

  /** All bytes of the export, of a folder those of its shards in order. */
  readExport(): Buffer {
    const file = join(this.folder, 'out', 'result.jsonl')
    if (existsSync(file)) return readFileSync(file)
    const shards = join(this.folder, 'out', 'result')
    return Buffer.concat(
      readdirSync(shards)
        .sort()
        .map(name => readFileSync(join(shards, name))),
    )
  }

  quarantined(): number {
    const path = join(this.jobDir, 'quarantine', 'quarantine.jsonl')
    return existsSync(path) ? readFileSync(path, 'utf8').trimEnd().split('\n').length : 0
  }

  /** How many events of a kind all runs of the job together told of. */
  countEvents(kind: string): number {
    return this.#events().filter(({ event_type }) => event_type === kind).length
  }

  /** Buckets of decisions that were compared in all runs of the job, `operator:bucket/buckets`, in the order of the logs. */
  buckets(): string[] {
    return this.#events().flatMap(({ event_type, op_index, bucket, buckets }) =>
      event_type === 'bucket_compared' ? [`${op_index}:${bucket}/${buckets}`] : [],
    )
  }

  /** How many times units were started beyond the first, retries included, and checkpoints found damaged, over all runs of the job. */
  workDone(): { readonly redone: number; readonly damaged: number } {
    const started = new Map<string, number>()
    for (const { event_type, partition, from_op, to_op } of this.#events()) {
      if (event_type !== 'partition_start') continue
      const unit = `${partition} ${from_op} ${to_op}`
      started.set(unit, (started.get(unit) ?? 0) + 1)
    }
    const redone = [...started.values()].reduce((sum, count) => sum + count - 1, 0)
    return { redone, damaged: this.countEvents('checkpoint_damaged') }
  }

  #events(): LoggedEvent[] {
    const names = readdirSync(this.jobDir).filter(file => file.startsWith('events_'))
    return names.flatMap(name =>
      readFileSync(join(this.jobDir, name), 'utf8')
        .split('\n')
        .flatMap(line => parseLine(line) ?? []),
    )
  }

  /** Puts the folder back to before the first run. */
  reset(): void {
    for (const name of ['jobs', 'out']) rmSync(join(this.folder, name), { recursive: true, force: true })
    mkdirSync(join(this.folder, 'out'), { recursive: true })
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}

interface LoggedEvent {
  readonly event_type: string
  readonly partition: string
  readonly from_op: number
  readonly to_op: number
  readonly op_index: number
  readonly bucket: number
  readonly buckets: number
}

/** A line that a crash cut short is no event. */
function parseLine(line: string): LoggedEvent | undefined {
  try {
    return JSON.parse(line)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

const email = ['clean_email_mapper'] as const
const short = ['text_length_filter', { min_len: 12 }] as const
const unique = ['document_deduplicator'] as const
const long = ['text_length_filter', { min_len: 40 }] as const
const manual = (count: number) => [
  '--partition.mode',
  'manual',
  '--partition.num_of_partitions',
  String(count),
  '--np',
  '2',
]
const format = (name: string, compression: string) => [
  '--intermediate_storage.format',
  name,
  '--intermediate_storage.compression',
  compression,
]

/** The jobs that the rigs kill: with and without a barrier, each checkpoint format, shards, compressed input. */
export const scenarios: Readonly<Record<string, Scenario>> = {
  plain: {
    name: 'plain',
    process: [email, short],
    settings: [...manual(24), '--checkpoint.strategy', 'every_op', ...format('jsonl', 'none')],
  },
  barrier: {
    name: 'barrier',
    process: [email, short, unique, long],
    settings: [...manual(24), '--checkpoint.strategy', 'every_op', ...format('parquet', 'snappy')],
  },
  arrow: {
    name: 'arrow',
    process: [short, email, unique],
    settings: [...manual(8), '--checkpoint.strategy', 'every_op', ...format('arrow', 'none')],
  },
  gzipRows: {
    name: 'gzipRows',
    process: [short, email, unique],
    settings: [...manual(8), '--checkpoint.strategy', 'every_op', ...format('jsonl', 'gzip')],
  },
  shards: { name: 'shards', process: [email, short], settings: [...manual(8), '--export_shard_size', '8000'] },
  gzipInput: {
    name: 'gzipInput',
    process: [email, short, unique],
    gzip: true,
    files: 2,
    linesPerFile: 400,
    settings: [...manual(8), '--intermediate_storage.format', 'jsonl'],
  },
  near: {
    name: 'near',
    process: [email, ['document_simhash_deduplicator'], short, ['document_minhash_deduplicator']],
    settings: [...manual(8), '--checkpoint.strategy', 'disabled'],
  },
  lines: {
    name: 'lines',
    process: [['document_line_deduplicator', { frequency_threshold: 2 }], email, short],
    settings: [...manual(8), '--checkpoint.strategy', 'every_op', ...format('parquet', 'snappy')],
  },
  groups: {
    name: 'groups',
    process: [
      email,
      short,
      ['topk_specified_field_selector', { field_key: 'id', topk: 150 }],
      ['key_value_grouper', { group_by_keys: ['text'] }],
    ],
    settings: manual(8),
  },
  cleanup: {
    name: 'cleanup',
    process: [email, short, unique, long],
    settings: [
      ...manual(8),
      '--checkpoint.strategy',
      'every_op',
      '--intermediate_storage.preserve_intermediate_data',
      'false',
      '--intermediate_storage.retention_policy',
      'cleanup_all',
    ],
  },
}
