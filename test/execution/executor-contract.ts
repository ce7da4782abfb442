import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect } from 'vitest'
import type { UnitReport } from '../../src/core/report.js'
import type { SegmentResult, UnitOutcome, UnitProgress } from '../../src/core/unit-result.js'
import type { JobSpec, OperatorUse, SegmentUnit } from '../../src/core/work-unit.js'
import type { Executor } from '../../src/execution/protocol/executor.js'
import { stampFile } from '../../src/util/file-stamp.js'
import { newWriter } from '../../src/util/staging.js'
import { drawing } from '../drawn.js'

/** A mapper that obeys its texts, as a plain module next to nothing but the built package. */
const obedient = (index: string) => `
import { writeFileSync } from 'node:fs'
import { defineMapper } from ${JSON.stringify(index)}
export default defineMapper({ name: 'obedient_mapper', summary: 'Obeys.', params: {}, create: (_, { textKey }) => ({
  map(sample) {
    const text = sample.text(textKey)
    if (text === 'die') process.kill(process.pid, 'SIGKILL')
    if (text === 'hang') for (;;) {}
    if (text.startsWith('tell ')) writeFileSync(text.slice(5), String(process.pid))
    if (text === 'fail') throw Object.assign(new Error('no space'), { code: 'ENOSPC', syscall: 'write' })
  },
}) })
`

const obey: OperatorUse = {
  name: 'obedient_mapper',
  params: {},
  version: '1',
  textKey: 'text',
  isBarrier: false,
  isDeterministic: true,
}

export interface ExecutorKind {
  readonly name: string
  readonly open: (job: JobSpec, slots: number) => Executor
  /** The same, as source of a module that exports `open` and needs nothing but the built package: for a process that is to die. */
  readonly module: (job: JobSpec, slots: number) => string
  /** True where a worker of a process is there, that lives or is dead. */
  readonly hasWorkers: (pid: number) => boolean
  /** Of so many promises in a row, a commit draws one: where each takes seconds to be set up. */
  readonly share?: number
}

/** What every executor promises (see `Executor`), whatever it runs units on. */
export function describeExecutor({ name, open, module, hasWorkers, share = 1 }: ExecutorKind): void {
  const itDrawn = drawing(share)
  describe(`${name} executor`, () => {
    let folder: string
    let executor: Executor
    let attempts = 0

    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'pawl-executor-'))
      for (const name of ['checkpoints', 'partitions', 'quarantine', 'logs']) mkdirSync(join(folder, name))
      writeFileSync(join(folder, 'obedient.mjs'), obedient(resolve('dist', 'index.js')))
      executor = open(makeJob(), 2)
    })
    afterEach(async () => {
      await executor[Symbol.asyncDispose]()
      rmSync(folder, { recursive: true, force: true })
    })

    function makeJob(): JobSpec {
      return {
        writer: newWriter(),
        jobId: 'contract',
        jobDir: folder,
        checkpointDir: join(folder, 'checkpoints'),
        partitionDir: join(folder, 'partitions'),
        operators: [obey],
        customModules: [join(folder, 'obedient.mjs')],
        mediaDir: process.cwd(),
        textKeys: ['text'],
        seed: 1,
        nan: 'keep',
        onError: 'quarantine',
        maxSampleBytes: 1e6,
        batchBytes: 1 << 20,
        storage: { format: 'jsonl', compression: 'none' },
        keepHashes: false,
      }
    }

    function makeUnit(texts: readonly string[]): SegmentUnit {
      const attempt = `try${attempts++}`
      const path = join(folder, `${attempt}.jsonl`)
      writeFileSync(path, texts.map(text => `${JSON.stringify({ text })}\n`).join(''))
      const slices = [
        { path, format: 'jsonl', compression: 'none', cut: { kind: 'bytes', start: 0, end: statSync(path).size } },
      ] as const
      return {
        kind: 'segment',
        id: attempt,
        attempt,
        partition: attempt,
        slices,
        input: { kind: 'source', slices, stamps: [stampFile(path)], shares: [1] },
        fromOp: 0,
        toOp: 1,
        fingerprint: { kind: 'of_digest', readerLink: 'reader', links: ['link'] },
        encoding: { format: 'jsonl', compression: 'none' },
        condemned: [],
      }
    }

    const silent = { progress: () => {}, piece: () => {} }
    const never = new AbortController().signal

    async function run(unit: SegmentUnit, report: UnitReport = silent, signal = never): Promise<UnitOutcome> {
      const slot = await executor.acquire(signal)
      try {
        return await slot.run(unit, report, signal)
      } finally {
        slot[Symbol.dispose]()
      }
    }

    itDrawn('runs units to their end and reports before it settles', async () => {
      const seen: UnitProgress[] = []
      const report = { ...silent, progress: (progress: UnitProgress) => void seen.push(progress) }
      // Several batches, so that there are several reports.
      const texts = Array.from({ length: 300 }, (_, index) => `${index} `.repeat(5_000))
      const outcome = await run(makeUnit(texts), report, never)
      expect(outcome).toMatchObject({ kind: 'done', result: { kind: 'segment', file: { rows: texts.length } } })
      expect(seen.length).toBeGreaterThan(2)
      expect(seen.at(-1)).toMatchObject({ samples: texts.length })
      const samples = seen.map(progress => progress.samples)
      expect(samples).toEqual([...samples].sort((a, b) => a - b))
      const heard = seen.length
      await run(makeUnit(['another']), silent, never)
      expect(seen.length).toBe(heard)
    })

    itDrawn('gives the same result for the same unit, whichever worker runs it', async () => {
      const texts = Array.from({ length: 50 }, (_, index) => `text ${index}`)
      const outcomes = await Promise.all(Array.from({ length: 6 }, () => run(makeUnit(texts), silent, never)))
      const checksums = outcomes.map(outcome =>
        outcome.kind === 'done' ? (outcome.result as SegmentResult).file?.checksum : outcome.kind,
      )
      expect(new Set(checksums).size).toBe(1)
    })

    itDrawn('tells of a failure with its consequence and stays usable', async () => {
      expect(await run(makeUnit(['fail']), silent, never)).toMatchObject({
        kind: 'failed',
        error: { code: 'ENOSPC', consequence: 'stop_job' },
      })
      expect(await run(makeUnit(['fine']), silent, never)).toMatchObject({ kind: 'done' })
    })

    itDrawn('tells of a lost worker, with the batch it died in, and goes on with another', async () => {
      expect(await run(makeUnit(['one', 'die']), silent, never)).toMatchObject({
        kind: 'lost',
        blame: 'unit',
        progress: { batch: { from: 0, to: 2 } },
      })
      expect(await run(makeUnit(['fine']), silent, never)).toMatchObject({ kind: 'done' })
    })

    itDrawn('has room for so many units at once, gives it to who came first, and takes it back', async () => {
      const slots = [await executor.acquire(never), await executor.acquire(never)]
      const order: string[] = []
      const waiting = ['first', 'second'].map(async name => {
        const slot = await executor.acquire(never)
        order.push(name)
        return slot
      })
      const leaving = new AbortController()
      const left = executor.acquire(leaving.signal)
      leaving.abort(new Error('left'))
      await expect(left).rejects.toThrow('left')
      await expect(executor.acquire(leaving.signal)).rejects.toThrow('left')
      expect(await Promise.all(slots.map(slot => slot.run(makeUnit(['fine']), silent, never)))).toMatchObject(
        slots.map(() => ({ kind: 'done' })),
      )
      expect(order).toEqual([])
      // Once is enough, and twice no more than that.
      for (const slot of [slots[0], slots[0], slots[1]]) slot[Symbol.dispose]()
      const next = await Promise.all(waiting)
      expect(order).toEqual(['first', 'second'])
      for (const slot of next) slot[Symbol.dispose]()
    })

    itDrawn('goes on in the same slot with another worker', async () => {
      const slot = await executor.acquire(never)
      expect(await slot.run(makeUnit(['die']), silent, never)).toMatchObject({ kind: 'lost', blame: 'unit' })
      expect(await slot.run(makeUnit(['fine']), silent, never)).toMatchObject({ kind: 'done' })
      slot[Symbol.dispose]()
    })

    itDrawn('ends busy and idle workers when it is disposed of, through no fault of their units', async () => {
      const [idle, busy] = [join(folder, 'idle'), join(folder, 'busy')]
      const outcome = run(makeUnit([`tell ${busy}`, 'hang']))
      await run(makeUnit([`tell ${idle}`]))
      await until(() => existsSync(busy))
      await executor[Symbol.asyncDispose]()
      expect(await outcome).toMatchObject({ kind: 'lost', blame: 'place' })
      for (const path of [idle, busy]) expect(isAlive(readPid(path))).toBe(false)
      expect(await run(makeUnit(['fine']))).toMatchObject({ kind: 'lost', blame: 'place' })
    })

    itDrawn('leaves no worker behind when its process is killed, be it busy or idle', async () => {
      const told = [join(folder, 'idle'), join(folder, 'busy')]
      const units = [makeUnit([`tell ${told[0]}`]), makeUnit([`tell ${told[1]}`, 'hang'])]
      writeFileSync(join(folder, 'executor.mjs'), module(makeJob(), 2))
      const main = `
import { open } from './executor.mjs'
const { job, units } = JSON.parse(process.argv[2])
const executor = await open(job, 2)
const never = new AbortController().signal
const run = async unit => (await executor.acquire(never)).run(unit, { progress() {}, piece() {} }, never)
await Promise.all([run(units[0]), run(units[1])])
`
      writeFileSync(join(folder, 'parent.mjs'), main)
      const job = JSON.stringify({ job: makeJob(), units })
      const parent = spawn(process.execPath, [join(folder, 'parent.mjs'), job], {
        stdio: ['ignore', 'ignore', 'inherit'],
      })
      await until(() => told.every(path => existsSync(path) && readPid(path) > 0))
      parent.kill('SIGKILL')
      await until(() => !told.some(path => isAlive(readPid(path))))
    })

    itDrawn('begins nothing any more that a process asked for before it was killed', async () => {
      writeFileSync(join(folder, 'executor.mjs'), module(makeJob(), 2))
      const main = `
import { open } from './executor.mjs'
const { job, unit } = JSON.parse(process.argv[2])
const never = new AbortController().signal
const slot = await (await open(job, 1)).acquire(never)
void slot.run(unit, { progress() {}, piece() {} }, never)
process.kill(process.pid, 'SIGKILL')
`
      writeFileSync(join(folder, 'parent.mjs'), main)
      const told = join(folder, 'told')
      const job = JSON.stringify({ job: makeJob(), unit: makeUnit([`tell ${told}`]) })
      const parent = spawn(process.execPath, [join(folder, 'parent.mjs'), job], { stdio: 'ignore' })
      await new Promise(done => parent.once('close', done))
      await until(() => !hasWorkers(parent.pid as number))
      expect(existsSync(told)).toBe(false)
    })

    itDrawn('stops units that are busy, and those that wait for a slot', async () => {
      const stop = new AbortController()
      const busy = [makeUnit(['hang']), makeUnit(['hang'])]
      let announced = 0
      const outcomes = busy.map(unit => {
        const report = { ...silent, progress: () => void (++announced === busy.length && stop.abort()) }
        return run(unit, report, stop.signal)
      })
      const waiting = run(makeUnit(['fine']), silent, stop.signal)
      const refusal = await waiting.catch((error: unknown) => error)
      expect(refusal).toBe(stop.signal.reason)
      expect(await Promise.all(outcomes)).toEqual(outcomes.map(() => ({ kind: 'stopped' })))
      const slot = await executor.acquire(never)
      expect(await slot.run(makeUnit(['late']), silent, stop.signal)).toEqual({ kind: 'stopped' })
      slot[Symbol.dispose]()
    })
  })
}

const readPid = (path: string) => Number(readFileSync(path, 'utf8'))

function isAlive(pid: number): boolean {
  try {
    // What ended and is not waited for yet is no longer alive.
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return false
    throw error
  }
}

/** Looks again until something that another process does is done. */
async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await delay(20)
}
