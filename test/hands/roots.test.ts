import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { drawing, runsAll } from '../drawn.js'
import { PipelineRig } from '../pipeline/rig.js'
import { type Ended, JobRig, type Running } from '../rig-job.js'

const itDrawn = drawing(3)
const fast = { ...process.env, PAWL_LEASE_BEAT_MS: '100', PAWL_LEASE_EXPIRY_MS: '1500' }

/** An operator that waits until `gate/open` lies beside it, and notes in `gate/` that it is waiting. */
const gated = `
import { existsSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { defineMapper } from 'pawl'
const gate = join(dirname(fileURLToPath(import.meta.url)), 'gate')
export default defineMapper({ name: 'gated_mapper', summary: 'Waits.', params: {}, create: () => ({
  async map() {
    if (!existsSync(join(gate, 'open'))) writeFileSync(join(gate, 'waiting-' + process.ppid), '')
    while (!existsSync(join(gate, 'open'))) await new Promise(done => setTimeout(done, 20))
  },
}) })
`

/** A folder `one` that all hosts share, with a job's input, job and export; its recipe names places in `at`. */
function share(extra: Readonly<Record<string, unknown>> = {}): JobRig {
  const rig = new JobRig()
  for (let file = 0; file < 4; file++)
    rig.writeLines(
      `one/data/part-${file}.jsonl`,
      Array.from({ length: 20 }, (_, n) => ({
        id: `${file}-${n}`,
        text: `the sample ${n % 11} of mail@x.org, and more`,
      })),
    )
  rig.write('one/gated.mjs', gated)
  rig.write('one/words/stopwords.json', JSON.stringify({ en: ['the', 'of', 'and'] }))
  mkdirSync(rig.path('one/gate'))
  describeIn(rig, 'one', extra)
  return rig
}

function describeIn(
  rig: JobRig,
  at: string,
  { name = 'recipe.yaml', ...extra }: Readonly<Record<string, unknown>> & { readonly name?: string } = {},
): void {
  const recipe = {
    ...{ dataset_path: rig.path(at, 'data'), export_path: rig.path(at, 'out/result.jsonl') },
    ...{ work_dir: rig.path(at, 'jobs'), job_id: 'job', np: 1 },
    partition: { mode: 'manual', num_of_partitions: 4 },
    custom_operator_paths: [rig.path(at, 'gated.mjs')],
    process: processOf(rig.path(at)),
    ...extra,
  }
  rig.write(name, JSON.stringify(recipe))
}

const processOf = (at: string) => [
  'gated_mapper',
  { stopwords_filter: { lang: 'en', min_ratio: 0.1, stopwords_dir: `${at}/words` } },
  'document_deduplicator',
]

const open = (rig: JobRig) => rig.write('one/gate/open', '')
const withRoot = (folder: string) => ({ ...fast, PAWL_ROOT_SHARE: folder })
const run = (rig: JobRig, env: NodeJS.ProcessEnv = fast, recipe = 'recipe.yaml'): Promise<Ended> =>
  rig.startWith(env, 'run', '--config', recipe).ended
const waiting = (rig: JobRig) => readdirSync(rig.path('one/gate')).filter(name => name.startsWith('waiting-')).length

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await delay(20)
}

/** What another host is: `one` is `two` there. Where mount namespaces may be made, `one` is empty there, too. */
function otherHost(rig: JobRig): readonly string[] {
  if (spawnSync('unshare', ['-m', 'true']).status !== 0) {
    symlinkSync(rig.path('one'), rig.path('two'))
    return []
  }
  mkdirSync(rig.path('two'))
  const mounts = `mount --bind '${rig.path('one')}' '${rig.path('two')}' && mount -t tmpfs none '${rig.path('one')}'`
  return ['unshare', '-m', 'sh', '-c', `${mounts} && exec "$@"`, 'sh']
}

const unitsOf = (rig: JobRig) => rig.unitStarts('one', 'jobs', 'job')

async function alone(): Promise<string> {
  const rig = share()
  open(rig)
  expect((await run(rig)).code).toBe(0)
  return rig.read('one/out/result.jsonl')
}

async function expectShared(rig: JobRig, hands: readonly Running[]): Promise<void> {
  await until(() => waiting(rig) === hands.length)
  open(rig)
  for (const hand of hands) {
    const end = await hand.ended
    expect(end.code, end.stdout + end.stderr).toBe(0)
  }
  expect(rig.read('one/out/result.jsonl')).toBe(await alone())
  const units = unitsOf(rig)
  expect([units.length, new Set(units).size]).toEqual([units.length, units.length])
}

describe('one job on hosts that have its folders at different places', () => {
  it('named roots: the same recipe, and each host says where its share is', { timeout: 60_000 }, async () => {
    const rig = share()
    const roots = { roots: { share: rig.path('one') } }
    describeIn(rig, 'one', roots)
    const by = otherHost(rig)
    const first = rig.startWith(fast, 'run', '--config', 'recipe.yaml')
    await until(() => waiting(rig) === 1)
    const env = withRoot(rig.path('two'))
    const second = rig.startAs({ env, by }, 'run', '--config', 'recipe.yaml')
    await expectShared(rig, [first, second])

    // Whichever host comes next finds it complete, whatever was said last.
    const there = await rig.startAs({ env, by }, 'run', '--config', 'recipe.yaml').ended
    expect([there.code, there.stdout]).toEqual([0, expect.stringContaining('nothing to do')])
    expect((await run(rig)).stdout).toContain('nothing to do')
    const resumed = await rig.startAs({ env, by }, 'resume', rig.path('two/jobs/job')).ended
    expect([resumed.code, resumed.stdout + resumed.stderr]).toEqual([0, expect.stringContaining('nothing to do')])
    const shown = await rig.startAs({ env, by }, 'checkpoint', 'list', rig.path('two/jobs/job')).ended
    expect([shown.code, shown.stderr]).toEqual([0, ''])
  })

  itDrawn(
    'without names: a host joins that has job, input and export at another place',
    { timeout: 60_000 },
    async () => {
      const rig = share()
      const by = otherHost(rig)
      describeIn(rig, 'two', { name: 'recipe-two.yaml' })
      const first = rig.startWith(fast, 'run', '--config', 'recipe.yaml')
      await until(() => waiting(rig) === 1)
      const second = rig.startAs({ env: fast, by }, 'run', '--config', 'recipe-two.yaml')
      await expectShared(rig, [first, second])
      expect((await run(rig)).stdout).toContain('nothing to do')
    },
  )

  itDrawn('a host that has other data there is refused, with the file that tells', async () => {
    const rig = share()
    describeIn(rig, 'one', { roots: { share: rig.path('one/data') } })
    const first = rig.startWith(fast, 'run', '--config', 'recipe.yaml')
    await until(() => waiting(rig) === 1)
    rig.write('other/part-0.jsonl', '{"text":"something else"}\n')
    const other = await run(rig, withRoot(rig.path('other')))
    expect([other.code, other.stderr]).toEqual([2, expect.stringContaining(`${rig.path('other/part-0.jsonl')} is not`)])
    open(rig)
    expect((await first.ended).code).toBe(0)
    expect(rig.read('one/out/result.jsonl')).toBe(await alone())
  })

  it('a path may be written by the name of its root; names without a place, and twins, are refused', async () => {
    const rig = share()
    open(rig)
    const paths = {
      ...{ dataset_path: 'root:share/data', export_path: 'root:share/out/result.jsonl', work_dir: 'root:share/jobs' },
      custom_operator_paths: ['root:share/gated.mjs'],
      process: processOf('root:share'),
    }
    describeIn(rig, 'one', paths)
    const lost = await run(rig)
    expect([lost.code, lost.stderr]).toEqual([2, expect.stringContaining('PAWL_ROOT_SHARE=/folder')])
    const twins = await run(rig, { ...withRoot(rig.path('one')), PAWL_ROOT_DATA: rig.path('one') })
    expect([twins.code, twins.stderr]).toEqual([2, expect.stringMatching(/(share|data) and (share|data) are both/)])
    const bad = await rig.start('run', '--config', 'recipe.yaml', '--roots', '{Share: /x}').ended
    expect(bad.code).toBe(2)
    expect((await run(rig, withRoot(rig.path('one')))).code).toBe(0)
    expect(rig.read('one/out/result.jsonl')).toBe(await alone())
    renameSync(rig.path('one'), rig.path('three'))
    const moved = await rig.startWith(fast, 'run', '--config', 'recipe.yaml', '--roots.share', rig.path('three')).ended
    expect([moved.code, moved.stdout]).toEqual([0, expect.stringContaining('nothing to do')])
  })

  itDrawn('a lost cut is made again with the same partitions, whatever host makes it', async () => {
    const rig = share()
    open(rig)
    describeIn(rig, 'one', { roots: { share: rig.path('one') } })
    expect((await run(rig)).code).toBe(0)
    const before = unitsOf(rig).length
    rmSync(rig.path('one/jobs/job/partitions/cut.jsonl'))
    const by = otherHost(rig)
    const end = await rig.startAs({ env: withRoot(rig.path('two')), by }, 'run', '--config', 'recipe.yaml').ended
    expect([end.code, end.stderr]).toEqual([0, ''])
    expect(unitsOf(rig)).toHaveLength(before)
  })
})

describe('a job that exists', () => {
  const stages: readonly (Readonly<Record<string, string>> | undefined)[] = [
    undefined,
    { share: 'one' },
    { place: 'one' },
    { place: 'one', data: 'one/data' },
    undefined,
  ]

  itDrawn('gets roots, other ones, and none again: nothing is redone, nor exported again', async () => {
    const rig = share({ process: ['gated_mapper', 'document_deduplicator'] })
    open(rig)
    expect((await run(rig)).code).toBe(0)
    const [result, units] = [rig.read('one/out/result.jsonl'), unitsOf(rig).length]
    for (const names of stages) {
      const roots = Object.fromEntries(Object.entries(names ?? {}).map(([name, at]) => [name, rig.path(at)]))
      describeIn(rig, 'one', { roots, process: ['gated_mapper', 'document_deduplicator'] })
      const end = await run(rig)
      expect([names, end.code, end.stdout]).toEqual([names, 0, expect.stringContaining('nothing to do')])
    }
    expect([rig.read('one/out/result.jsonl'), unitsOf(rig).length]).toEqual([result, units])
  })

  itDrawn('is killed while it gets them: the next run does it again', { timeout: 180_000 }, async () => {
    const rig = share({ process: ['gated_mapper', 'document_deduplicator'] })
    open(rig)
    expect((await run(rig)).code).toBe(0)
    const [result, units] = [rig.read('one/out/result.jsonl'), unitsOf(rig).length]
    const steps = runsAll ? Array.from({ length: 40 }, (_, n) => n + 1) : [4, 8, 12, 17]
    for (const [index, step] of steps.entries()) {
      const roots = index % 3 === 2 ? {} : { [index % 3 === 0 ? 'share' : 'place']: rig.path('one') }
      describeIn(rig, 'one', { roots, process: ['gated_mapper', 'document_deduplicator'] })
      const NODE_OPTIONS = `--import=${resolve('test/crash/kill-at.mjs')}`
      await run(rig, { ...fast, PAWL_KILL_AT: `coordinator:${step}`, NODE_OPTIONS })
    }
    const end = await run(rig)
    expect([end.code, end.stdout]).toEqual([0, expect.stringContaining('nothing to do')])
    expect([rig.read('one/out/result.jsonl'), unitsOf(rig).length]).toEqual([result, units])
  })
})

describe('a pipeline', () => {
  /** Its script names all places from the root on, and notes each time a stage is given documents. */
  function project(): PipelineRig {
    const rig = new PipelineRig()
    for (let n = 0; n < 3; n++) rig.writeDocuments(`one/input/part-${n}.jsonl`, 10)
    rig.write(
      'one/stages.mjs',
      `
import { appendFileSync } from 'node:fs'
import { defineStage } from 'pawl'
export const Note = defineStage({ module: import.meta.url, name: 'Note', options: {}, takes: ['DocumentBatch'], gives: ['DocumentBatch'], create: () => ({
  process(batch, context) { appendFileSync(process.env.CALLS, context.source.name + '\\n'); return batch },
}) })`,
    )
    rig.write(
      'one/run.mjs',
      `
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { JsonlReader, JsonlWriter, Pipeline } from 'pawl'
import { Note } from './stages.mjs'
const here = dirname(fileURLToPath(import.meta.url))
const roots = process.env.ROOTS === undefined ? undefined : JSON.parse(process.env.ROOTS)
const input = [0, 1, 2].map(n => join(here, 'input/part-' + n + '.jsonl'))
const outcome = await new Pipeline({ name: 'moved' })
  .addStage(new JsonlReader({ filePaths: process.argv[2] === 'list' ? input : join(here, 'input') }))
  .addStage(new Note())
  .addStage(new JsonlWriter({ path: join(here, 'output') }))
  .run({ checkpointPath: join(here, 'state'), workers: 1, roots })
console.log(JSON.stringify(outcome))`,
    )
    return rig
  }

  const calls = (rig: PipelineRig) => (existsSync(rig.path('calls')) ? readFileSync(rig.path('calls'), 'utf8') : '')
  const start = async (rig: PipelineRig, at: string, { env = {}, args = ['folder'] } = {}) => {
    const end = await rig.start(join(at, 'run.mjs'), { args, env: { CALLS: rig.path('calls'), ...env } }).ended
    expect(end.code, end.stderr).toBe(0)
    return JSON.parse(end.stdout) as { complete: number; wasComplete: boolean }
  }

  const named = (rig: PipelineRig, at: string) => ({ ROOTS: JSON.stringify({ share: rig.path(at) }) })
  const ways = [
    ['without names', () => ({})],
    ['with named roots', named],
  ] as const

  for (const [how, envOf] of ways)
    for (const args of [['folder'], ['list']])
      itDrawn(`moved with its state, input and output, ${how}, ${args}: nothing is redone`, async () => {
        const rig = project()
        expect((await start(rig, 'one', { args, env: envOf(rig, 'one') })).complete).toBe(3)
        const before = calls(rig)
        renameSync(rig.path('one'), rig.path('two'))
        const there = await start(rig, 'two', { args, env: envOf(rig, 'two') })
        expect([there.complete, there.wasComplete, calls(rig)]).toEqual([3, true, before])
        // It is a pipeline like any other: a new source is one more, and it may be moved on.
        rig.writeDocuments('two/input/part-3.jsonl', 5)
        if (args[0] === 'folder') expect((await start(rig, 'two', { env: envOf(rig, 'two') })).complete).toBe(4)
        renameSync(rig.path('two'), rig.path('three'))
        const again = await start(rig, 'three', { args, env: envOf(rig, 'three') })
        expect(again.wasComplete).toBe(true)
      })

  itDrawn('gets named roots, and none again: what it wrote stays its own', async () => {
    const rig = project()
    await start(rig, 'one')
    const before = rig.read('one/output')
    for (const env of [named(rig, 'one'), { ROOTS: JSON.stringify({ other: rig.path('one') }) }, {}])
      expect((await start(rig, 'one', { env })).complete).toBe(3)
    expect(rig.read('one/output')).toEqual(before)
  })
})
