import { existsSync, readdirSync, rmSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect } from 'vitest'
import { drawing } from '../drawn.js'
import { PipelineRig } from './rig.js'

const itDrawn = drawing(2)

const fast = { PAWL_LEASE_BEAT_MS: '100', PAWL_LEASE_EXPIRY_MS: '1500' }

/** A project whose pipeline has a stage that waits for `gate/<source>` where `gated` says so. */
function project(gated: readonly string[] = []): PipelineRig {
  const rig = new PipelineRig()
  for (let n = 0; n < 6; n++) rig.writeDocuments(`input/part-${n}.jsonl`, 20)
  rig.write('gate/.keep', '')
  rig.write(
    'stages.mjs',
    `
import { appendFileSync, existsSync, writeFileSync } from 'node:fs'
import { defineStage } from 'pawl'
const gated = ${JSON.stringify(gated)}
export const Gate = defineStage({ module: import.meta.url, name: 'Gate', options: {}, takes: ['DocumentBatch'], gives: ['DocumentBatch'], create: () => ({
  async process(batch, context) {
    const { name } = context.source
    appendFileSync('calls.txt', name + '\\n')
    if (gated.includes(name)) {
      writeFileSync('gate/waits-' + name, '')
      while (!existsSync('gate/' + name)) { context.progress(); await new Promise(done => setTimeout(done, 20)) }
    }
    return batch
  },
}) })`,
  )
  rig.write(
    'run.mjs',
    `
import { JsonlReader, JsonlWriter, Pipeline, ScoreFilter, WordCountFilter } from 'pawl'
import { Gate } from './stages.mjs'
const controller = new AbortController()
process.on('SIGTERM', () => controller.abort('received SIGTERM'))
const outcome = await new Pipeline({ name: 'hands' })
  .addStage(new JsonlReader({ filePaths: 'input' }))
  .addStage(new Gate())
  .addStage(new ScoreFilter(new WordCountFilter({ minWords: Number(process.argv[2] ?? 3) })))
  .addStage(new JsonlWriter({ path: 'output' }))
  .run({ checkpointPath: 'state', workers: 2, signal: controller.signal, onStart: message => console.error(message) })
console.log(JSON.stringify(outcome))`,
  )
  return rig
}

async function expected(args: readonly string[] = []): Promise<Record<string, string>> {
  const rig = project()
  await rig.start('run.mjs', { args }).ended
  return rig.read('output')
}

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await delay(20)
}

/** Of committed sources: that a file stands does not say yet that its source is on record. */
async function isOnRecord(rig: PipelineRig, complete: number): Promise<boolean> {
  return (await rig.cli('pipeline', 'status', 'state')).stdout.includes(`complete  ${complete}\n`)
}

const staged = (rig: PipelineRig) => readdirSync(rig.path('output')).filter(name => name.startsWith('.pawl'))

describe('a pipeline and what may happen to it', () => {
  itDrawn('killed in the middle, run again: only what is missing, and the same bytes', async () => {
    const rig = project(['part-3'])
    const first = rig.start('run.mjs', { env: fast })
    await until(() => existsSync(rig.path('gate/waits-part-3')))
    await until(() => isOnRecord(rig, 5))
    first.kill('SIGKILL')
    await first.ended
    rmSync(rig.path('calls.txt'))
    rig.write('gate/part-3', '')
    const { stdout, stderr } = await rig.start('run.mjs', { env: fast }).ended
    expect(JSON.parse(stdout)).toMatchObject({ complete: 6, failed: 0 })
    expect(stderr).toContain('Resuming hands: 5 of 6 sources are complete')
    expect(rig.lines('calls.txt')).toEqual(['part-3'])
    expect(rig.read('output')).toEqual(await expected())
    expect(staged(rig)).toEqual([])
  })

  itDrawn('stopped in order by a signal: what is committed stays', async () => {
    const rig = project(['part-3'])
    const first = rig.start('run.mjs', { env: fast })
    await until(() => existsSync(rig.path('gate/waits-part-3')))
    first.kill('SIGTERM')
    const { stderr } = await first.ended
    expect(stderr).toContain('received SIGTERM')
    expect(existsSync(rig.path('output/part-3.jsonl'))).toBe(false)
    rig.write('gate/part-3', '')
    expect(JSON.parse((await rig.start('run.mjs', { env: fast }).ended).stdout)).toMatchObject({ complete: 6 })
    expect(rig.read('output')).toEqual(await expected())
  })

  itDrawn('three processes share one state: each source runs once, and all of them end alike', async () => {
    const rig = project(['part-0', 'part-1'])
    const first = rig.start('run.mjs', { env: fast })
    await until(() => existsSync(rig.path('gate/waits-part-0')))
    const others = [rig.start('run.mjs', { env: fast }), rig.start('run.mjs', { env: fast })]
    await until(() => [2, 3, 4, 5].every(n => existsSync(rig.path(`output/part-${n}.jsonl`))))
    for (const name of ['part-0', 'part-1']) rig.write(`gate/${name}`, '')
    for (const { ended } of [first, ...others])
      expect(JSON.parse((await ended).stdout)).toMatchObject({ complete: 6, failed: 0 })
    expect(rig.lines('calls.txt').sort()).toEqual([0, 1, 2, 3, 4, 5].map(n => `part-${n}`))
    expect((await others[0].ended).stderr).toContain('Joining hands')
    expect(rig.read('output')).toEqual(await expected())
  })

  itDrawn('one that is stopped beyond its lease and wakes changes nothing that another has done', async () => {
    const rig = project(['part-0'])
    const first = rig.start('run.mjs', { env: fast })
    await until(() => existsSync(rig.path('gate/waits-part-0')))
    process.kill(first.pid, 'SIGSTOP')
    const second = rig.start('run.mjs', { env: fast })
    rig.write('gate/part-0', '')
    expect(JSON.parse((await second.ended).stdout)).toMatchObject({ complete: 6 })
    const before = rig.read('output')
    process.kill(first.pid, 'SIGCONT')
    const { code } = await first.ended
    expect(code).not.toBe(0)
    expect(rig.read('output')).toEqual(before)
    expect(before).toEqual(await expected())
  })

  itDrawn('another pipeline on the same state is refused while one runs, with what differs', async () => {
    const rig = project(['part-0'])
    const first = rig.start('run.mjs', { env: fast })
    await until(() => existsSync(rig.path('gate/waits-part-0')))
    const { code, stderr } = await rig.start('run.mjs', { args: ['7'], env: fast }).ended
    expect(code).toBe(1)
    expect(stderr).toContain('stage ScoreFilter has other options or code')
    rig.write('gate/part-0', '')
    expect(JSON.parse((await first.ended).stdout)).toMatchObject({ complete: 6 })
  })
})

describe('pawl pipeline', () => {
  itDrawn('runs what a TypeScript module exports, goes on, and says how far it is', async () => {
    const rig = project()
    rig.write(
      'curate.ts',
      `
import { JsonlReader, JsonlWriter, Pipeline } from 'pawl'
import { Gate } from './stages.mjs'

const name: string = 'typed'
export default () => new Pipeline({ name })
  .addStage(new JsonlReader({ filePaths: 'input' })).addStage(new Gate()).addStage(new JsonlWriter({ path: 'output' }))`,
    )
    const first = await rig.cli('pipeline', 'run', 'curate.ts', '--checkpoint_path', 'state', '--workers', '2')
    expect([first.code, first.stderr]).toEqual([0, ''])
    expect(first.stdout).toMatch(/^Starting typed: 6 sources through 3 stages\n6 sources complete \(/)
    const again = await rig.cli('pipeline', 'run', 'curate.ts', '--checkpoint_path', 'state')
    expect(again.stdout).toContain('Nothing to do: 6 sources complete')
    expect((await rig.cli('pipeline', 'status', 'state')).stdout).toContain('complete  6')
    expect((await rig.cli('jobs', '--work_dir', '.', '--all')).stdout).toContain('state')
    const wrong = await rig.cli('pipeline', 'status', 'input')
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('holds no state of a pipeline')])
    expect((await rig.cli('pipeline', 'run', 'nothing.ts')).code).toBe(2)
    rig.write('wrong.ts', 'export default 5')
    expect((await rig.cli('pipeline', 'run', 'wrong.ts')).stderr).toContain('its default export is no Pipeline')
  })
})
