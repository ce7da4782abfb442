import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { decideRetry, type Loss } from '../../src/execution/coordinator/scheduler/retry-policy.js'
import { Ledger } from '../../src/state/ledger.js'
import { newWriter } from '../../src/util/staging.js'
import { drawing } from '../drawn.js'
import { Lab } from './lab.js'

const itDrawn = drawing(2)

const manual = (count: number) => ({ partition: { mode: 'manual', num_of_partitions: count } })

/** Stops a run once it has committed something. */
function stopAfterFirstCommit(lab: Lab, recipe: Readonly<Record<string, unknown>>): Promise<unknown> {
  const controller = new AbortController()
  return lab.run({ ...recipe, np: 1 }, controller.signal, event => {
    if (event.event_type === 'checkpoint_save') controller.abort('enough')
  })
}

describe('a job can be resumed', () => {
  itDrawn('when a compressed file with lines over max_sample_mb was stopped in a piece', async () => {
    const lab = new Lab()
    const lines = Array.from({ length: 400 }, (_, n) =>
      JSON.stringify({ text: `${n} ${'word '.repeat(n % 40 === 7 ? 60_000 : 800)}` }),
    )
    lab.write('data/a.jsonl.gz', gzipSync(`${lines.join('\n')}\n`))
    const recipe = { ...manual(12), max_sample_mb: 0.1, process: [{ text_length_filter: { min_len: 2 } }] }
    await stopAfterFirstCommit(lab, recipe)
    const resumed = await lab.run(recipe)
    expect(resumed.error).toBeUndefined()
    const bytes = lab.read('out/result.jsonl')
    const fresh = await lab.run({ ...recipe, job_id: 'fresh', export_path: 'out/fresh.jsonl' })
    expect(fresh.error).toBeUndefined()
    expect(resumed.units).toBe(1)
    expect(bytes).toBe(lab.read('out/fresh.jsonl'))
    expect(bytes.split('\n')).toHaveLength(391)
  })

  itDrawn('when a process with the same host and number left its temporaries', async () => {
    const lab = new Lab()
    lab.writeTexts('data/a.jsonl', ['a good text', 'another text'])
    expect((await lab.run({})).error).toBeUndefined()
    const left = `.pawl-tmp-${hostname()}-${process.pid}-0badcafe.01234567.recipe.json`
    const places = [
      '',
      'metadata',
      'metadata/ledger',
      'metadata/leases',
      'metadata/operators',
      'checkpoints',
      'partitions',
      'quarantine',
      'logs',
    ]
    for (const place of places) lab.write(`jobs/job/${place}/${left}`, 'torn')
    expect((await lab.run({})).error).toBeUndefined()
    const names = Object.keys(lab.manifest('jobs/job'))
    expect(names.filter(name => name.includes('.pawl-tmp-'))).toEqual([])
  })

  itDrawn('and leaves no temporary of a worker that was lost, while it goes on', async () => {
    const lab = new Lab()
    lab.writeTexts('data/a.jsonl', ['die', 'good text one', 'good text two'])
    lab.write('op.mjs', killer("if (text === 'die') process.kill(process.pid, 'SIGKILL')"))
    const { error, units } = await lab.run({ custom_operator_paths: lab.path('op.mjs'), process: ['killer_mapper'] })
    expect(error).toBeUndefined()
    expect(units).toBeGreaterThan(3)
    expect(Object.keys(lab.manifest('jobs')).filter(name => name.includes('.pawl-tmp-'))).toEqual([])
  })
})

const killer = (body: string) => `
import { defineMapper } from 'pawl'

export default defineMapper({ name: 'killer_mapper', summary: 'Obeys.', params: {}, create: (_, { textKey }) => ({
  async map(sample) { const text = sample.text(textKey); ${body} } }) })`

describe('a partition that fails', () => {
  itDrawn('fails alone: all others are finished, all that failed are named, and the exit is a sentence', async () => {
    const lab = new Lab()
    for (let n = 0; n < 6; n++) lab.write(`data/${n}.jsonl.gz`, gzipSync(`{"text":"good text ${n}"}\n`))
    const recipe = { ...manual(6), process: [{ text_length_filter: { min_len: 2 } }] }
    expect((await lab.run(recipe)).error).toBeUndefined()
    rmSync(lab.path('out/result.jsonl'))
    // Touched, so that their digests are asked for before anything runs; two of them are cut short.
    for (const n of [1, 2, 4]) {
      const bytes = gzipSync(`{"text":"good text ${n}"}\n`)
      writeFileSync(lab.path(`data/${n}.jsonl.gz`), n === 2 ? bytes : bytes.subarray(0, -9))
    }
    const { error, events } = await lab.run({ ...recipe, process: [{ text_length_filter: { min_len: 3 } }] })
    expect(error?.message).toMatch(/^2 of 6 partitions failed/)
    expect(error?.message).toContain('data/1.jsonl.gz')
    expect(error?.message).toContain('data/4.jsonl.gz')
    expect(events.filter(({ event_type }) => event_type === 'partition_complete')).toHaveLength(4)
    const summary = JSON.parse(lab.read('jobs/job/job_summary.json')) as {
      status: string
      failed_partitions: unknown[]
    }
    expect(summary.status).toBe('failed')
    expect(summary.failed_partitions).toHaveLength(2)
  })

  itDrawn('does not keep others from running beside a file that is read in pieces', async () => {
    const lab = new Lab()
    const text = 'word '.repeat(200)
    lab.write('data/a.jsonl.gz', gzipSync(`${JSON.stringify({ text })}\n`.repeat(3000)))
    lab.writeTexts(
      'data/b.jsonl',
      Array.from({ length: 100 }, () => text),
    )
    const { error, events } = await lab.run({ ...manual(8), process: [{ text_length_filter: { min_len: 2 } }] })
    expect(error).toBeUndefined()
    const order = events.flatMap(event =>
      event.event_type === 'partition_start' || event.event_type === 'checkpoint_save'
        ? [`${event.event_type} ${event.partition.slice(0, 1)}`]
        : [],
    )
    expect(order.indexOf('partition_start b')).toBeLessThan(order.lastIndexOf('checkpoint_save a'))
  })

  itDrawn('because a file may not be read is no matter of the others', async () => {
    const lab = new Lab()
    for (let n = 0; n < 3; n++) lab.writeTexts(`data/${n}.jsonl`, [`good text ${n}`])
    const recipe = { ...manual(3), custom_operator_paths: lab.path('op.mjs'), process: ['killer_mapper'] }
    // The first sample takes away a file that another partition is still to read.
    lab.write(
      'op.mjs',
      killer(
        `if (text === 'good text 0') (await import('node:fs')).renameSync(${JSON.stringify(lab.path('data/2.jsonl'))}, ${JSON.stringify(lab.path('gone'))})`,
      ),
    )
    const { error, events } = await lab.run({ ...recipe, np: 1 })
    expect(error?.message).toContain('data/2.jsonl')
    expect(events.filter(({ event_type }) => event_type === 'partition_complete')).toHaveLength(2)
    renameSync(lab.path('gone'), lab.path('data/2.jsonl'))
    lab.write('op.mjs', killer(''))
    expect((await lab.run(recipe)).error).toBeUndefined()
  })
})

describe('a file whose content is not what its size and times say', () => {
  itDrawn('is taken for what it holds, with a warning, and its unit runs once', async () => {
    const lab = new Lab()
    lab.writeTexts('data/a.jsonl', ['first text', 'other text'])
    await lab.run({ process: [{ text_length_filter: { min_len: 2 } }] })
    await pretendDigest(lab, '0123456789abcdef')
    const again = await lab.run({ process: [{ text_length_filter: { min_len: 3 } }] })
    expect(again.error).toBeUndefined()
    expect(again.units).toBe(1)
    expect(again.warnings.join()).toMatch(
      /a\.jsonl .* holds something else .* \(digest 0123456789abcdef → [0-9a-f]{16}\)/,
    )
    expect((await lab.run({ process: [{ text_length_filter: { min_len: 3 } }] })).units).toBe(0)
  })
})

/** Puts on record that the input held something else when it was last read, as a file system may tell that forgets changes. */
async function pretendDigest(lab: Lab, digest: string): Promise<void> {
  const metadata = lab.path('jobs/job/metadata')
  const settings = {
    folder: `${metadata}/ledger`,
    mirror: `${metadata}/exports.json`,
    version: '0',
    isAlone: true,
    guard: () => {},
  }
  const ledger = await Ledger.open({ ...settings, writer: newWriter(), fence: 1 })
  await ledger.commit([...ledger.all('input')].map(record => ({ ...record, digest })))
  await ledger.close()
}

describe('the retry policy', () => {
  const settings = { maxLosses: 6, retryDelayMs: 500 }
  const lost = (batch?: Loss['batch']): Loss => ({ blame: 'unit', reason: 'it died', batch })
  const alone = (ordinal: number, survivors = 0) => lost({ from: ordinal, to: ordinal + 1, survivors, operator: 1 })

  it('waits longer after each loss that says nothing, up to half a minute, and then gives up', () => {
    const delays: number[] = []
    const losses: Loss[] = []
    for (;;) {
      losses.push(lost())
      const decision = decideRetry(losses, { ...settings, maxLosses: 9 })
      if (decision.kind === 'give_up') break
      delays.push(decision.delayMs)
    }
    expect(delays).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000])
  })

  it('blames no sample for what its place did, waits longer each time, and gives up as well', () => {
    const away: Loss = { blame: 'place', reason: 'its node went away', batch: { from: 0, to: 100 } }
    const delays: number[] = []
    const losses: Loss[] = []
    for (;;) {
      losses.push(away)
      const decision = decideRetry(losses, settings)
      if (decision.kind === 'give_up') break
      expect(decision.isolation).toEqual({ suspects: undefined, condemned: [] })
      delays.push(decision.delayMs)
    }
    expect(delays).toEqual([500, 1000, 2000, 4000, 8000, 16_000])
    const deaths = [lost({ from: 0, to: 100 }), alone(5, 5), away, alone(5, 5), away, away]
    expect(decideRetry(deaths, settings)).toMatchObject({ kind: 'retry', delayMs: 1000, isolation: { condemned: [] } })
  })

  it('takes the batch apart, condemns at three deaths alone, and waits no longer for that', () => {
    const batch = lost({ from: 0, to: 100 })
    expect(decideRetry([batch], settings)).toMatchObject({
      kind: 'retry',
      isolation: { suspects: { from: 0, to: 100 } },
    })
    const deaths = [batch, alone(5, 5), alone(5, 5), alone(5, 5)]
    const decision = decideRetry(deaths, settings)
    expect(decision).toMatchObject({ kind: 'retry', delayMs: 500, isolation: { condemned: [{ ordinal: 5 }] } })
  })

  it('says so when no sample comes through alive, after three of them', () => {
    const losses: Loss[] = [lost({ from: 0, to: 100 })]
    for (let ordinal = 0; ordinal < 100; ordinal++) {
      for (let death = 0; death < 3; death++) losses.push(alone(ordinal * 7))
      const decision = decideRetry(losses, settings)
      if (decision.kind === 'give_up') {
        expect(ordinal).toBe(2)
        expect(decision).toMatchObject({
          operator: 1,
          why: expect.stringContaining('kills its worker on every sample'),
        })
        return
      }
    }
    expect.unreachable('it went on for ever')
  })

  it('ends also where some samples come through', () => {
    const losses: Loss[] = [lost({ from: 0, to: 10_000 })]
    let rounds = 0
    for (; rounds < 1000; rounds++) {
      losses.push(alone(Math.floor(rounds / 3) * 2, 1 + rounds))
      if (decideRetry(losses, settings).kind === 'give_up') break
    }
    expect(rounds).toBeLessThan(100)
  })
})

describe('an operator', () => {
  it('that kills its worker on every sample is named within seconds', async () => {
    const lab = new Lab()
    lab.writeTexts(
      'data/a.jsonl',
      Array.from({ length: 40 }, (_, n) => `good text ${n}`),
    )
    lab.write('op.mjs', killer("process.kill(process.pid, 'SIGKILL')"))
    const recipe = {
      np: 1,
      ...manual(1),
      custom_operator_paths: lab.path('op.mjs'),
      process: ['clean_email_mapper', 'killer_mapper'],
    }
    const { error, events } = await lab.run(recipe)
    expect(error?.message).toContain('process[1] killer_mapper kills its worker on every sample')
    expect(events.filter(({ event_type }) => event_type === 'worker_lost').length).toBeLessThan(12)
  })

  it('that is slow over each sample is at work, not stuck', async () => {
    const lab = new Lab()
    lab.writeTexts(
      'data/a.jsonl',
      Array.from({ length: 45 }, (_, n) => `good text ${n}`),
    )
    lab.write('op.mjs', killer('await new Promise(done => setTimeout(done, 90))'))
    const recipe = { np: 1, ...manual(1), custom_operator_paths: lab.path('op.mjs'), process: ['killer_mapper'] }
    const { error, events } = await lab.run({ ...recipe, worker: { stall_timeout_s: 1.5 } })
    expect(error).toBeUndefined()
    expect(events.filter(({ event_type }) => event_type === 'worker_lost')).toEqual([])
  })
})
