import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { SegmentResult, UnitProgress } from '../../src/core/unit-result.js'
import type { JobSpec, OperatorUse, SegmentUnit } from '../../src/core/work-unit.js'
import type { Executor } from '../../src/execution/executor.js'
import { stampFile } from '../../src/util/file-stamp.js'
import { newWriter } from '../../src/util/staging.js'

/** A mapper that obeys its texts, as a plain module next to nothing but the built package. */
const obedient = (index: string) => `
import { defineMapper } from ${JSON.stringify(index)}
export default defineMapper({ name: 'obedient_mapper', summary: 'Obeys.', params: {}, create: (_, { textKey }) => ({
  map(sample) {
    const text = sample.text(textKey)
    if (text === 'die') process.kill(process.pid, 'SIGKILL')
    if (text === 'hang') for (;;) {}
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

/** What every executor promises (see `Executor`), whatever it runs units on. */
export function describeExecutor(name: string, open: (job: JobSpec, slots: number) => Executor): void {
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

    it('runs units to their end and reports before it settles', async () => {
      const seen: UnitProgress[] = []
      let settled = false
      const report = { ...silent, progress: (progress: UnitProgress) => void (settled || seen.push(progress)) }
      const outcome = await executor.run(makeUnit(['one', 'two']), report, never)
      settled = true
      expect(outcome).toMatchObject({ kind: 'done', result: { kind: 'segment', file: { rows: 2 } } })
      expect(seen.at(-1)).toMatchObject({ samples: 2 })
    })

    it('gives the same result for the same unit, whichever worker runs it', async () => {
      const texts = Array.from({ length: 50 }, (_, index) => `text ${index}`)
      const outcomes = await Promise.all(Array.from({ length: 6 }, () => executor.run(makeUnit(texts), silent, never)))
      const checksums = outcomes.map(outcome =>
        outcome.kind === 'done' ? (outcome.result as SegmentResult).file?.checksum : outcome.kind,
      )
      expect(new Set(checksums).size).toBe(1)
    })

    it('tells of a failure with its consequence and stays usable', async () => {
      expect(await executor.run(makeUnit(['fail']), silent, never)).toMatchObject({
        kind: 'failed',
        error: { code: 'ENOSPC', consequence: 'stop_job' },
      })
      expect(await executor.run(makeUnit(['fine']), silent, never)).toMatchObject({ kind: 'done' })
    })

    it('tells of a lost worker, with the batch it died in, and goes on with another', async () => {
      expect(await executor.run(makeUnit(['one', 'die']), silent, never)).toMatchObject({
        kind: 'lost',
        progress: { batch: { from: 0, to: 2 } },
      })
      expect(await executor.run(makeUnit(['fine']), silent, never)).toMatchObject({ kind: 'done' })
    })

    it('stops units that are busy, and those that wait for a slot', async () => {
      const stop = new AbortController()
      const busy = [makeUnit(['hang']), makeUnit(['hang'])]
      let announced = 0
      const outcomes = busy.map(unit => {
        const report = { ...silent, progress: () => void (++announced === busy.length && stop.abort()) }
        return executor.run(unit, report, stop.signal)
      })
      const waiting = executor.run(makeUnit(['fine']), silent, stop.signal)
      expect(await Promise.all([...outcomes, waiting])).toEqual(Array.from({ length: 3 }, () => ({ kind: 'stopped' })))
    })
  })
}
