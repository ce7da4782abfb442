import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { drawing } from '../drawn.js'
import { provision } from '../provision.js'
import { type Ended, JobRig } from '../rig-job.js'
import { DevCluster } from './dev-cluster.js'

const slurm = provision('slurm')

/** An operator that notes in `gate/` who is at it, and waits until `gate/open` is there. */
const gated = (folder: string) => `
import { existsSync, writeFileSync } from 'node:fs'
import { defineMapper } from 'pawl'
export default defineMapper({ name: 'gated_mapper', summary: 'Waits.', params: {}, create: () => ({
  async map() {
    const { SLURM_ARRAY_TASK_ID: task, SLURMD_NODENAME: node } = process.env
    if (!existsSync('${folder}/open')) writeFileSync('${folder}/' + task + '@' + node, String(process.pid))
    while (!existsSync('${folder}/open')) await new Promise(done => setTimeout(done, 50))
  },
}) })
`

const itDrawn = drawing(2)

describe.skipIf(!slurm.isThere)('an array on a Slurm cluster of two nodes', () => {
  let cluster: DevCluster
  beforeAll(async () => {
    cluster = await DevCluster.start()
  })
  afterAll(() => cluster?.stop())

  function makeRig(recipe: Readonly<Record<string, unknown>> = {}): JobRig {
    const rig = new JobRig()
    for (let file = 0; file < 24; file++)
      rig.writeLines(
        `data/${String(file).padStart(2, '0')}.jsonl`,
        Array.from({ length: 5 }, (_, n) => ({
          id: `${file}-${n}`,
          text: `sample ${(file * 5 + n) % 50} of some file`,
        })),
      )
    mkdirSync(rig.path('gate'))
    rig.write('gated.mjs', gated(rig.path('gate')))
    const partition = { mode: 'manual', num_of_partitions: 24 }
    const process = ['gated_mapper', 'document_deduplicator', { text_length_filter: { min_len: 5 } }]
    rig.recipe({ partition, process, custom_operator_paths: ['gated.mjs'], np: 1, ...recipe })
    return rig
  }

  const pawl = (rig: JobRig, ...args: string[]): Promise<Ended> => rig.startWith(environment(rig), ...args).ended

  /** With the Slurm of this test, and quick leases, which batch scripts inherit. */
  const environment = (rig: JobRig): NodeJS.ProcessEnv => ({
    ...cluster.env,
    PATH: `${rig.path('bin')}:${process.env['PATH']}`,
    PAWL_LEASE_BEAT_MS: '250',
    PAWL_LEASE_EXPIRY_MS: '3000',
  })

  const jobOf = ({ stdout, stderr }: Ended): string => {
    if (stdout === '') throw new Error(stderr)
    return (JSON.parse(stdout) as { jobId: string }).jobId
  }
  const stateOf = (task: string): string =>
    cluster.ask('squeue', '--noheader', '--job', task, '--format', '%T').stdout.trim()
  const atGate = (rig: JobRig): string[] => readdirSync(rig.path('gate')).filter(name => name.includes('@'))

  /** What one process makes of the same recipe. */
  async function expectSingleBytes(rig: JobRig): Promise<void> {
    const result = rig.read('out', 'result.jsonl')
    const alone = [
      'run',
      '--config',
      'recipe.yaml',
      '--job_id',
      'alone',
      '--export_path',
      'out/alone.jsonl',
      '--shard',
      'lease',
    ]
    expect(await rig.run(...alone)).toMatchObject({ code: 0 })
    expect(rig.read('out', 'alone.jsonl')).toBe(result)
  }

  it('one task cancelled, one warned and queued again, one node lost while its step lives: the bytes of a single process', {
    timeout: 180_000,
  }, async () => {
    const rig = makeRig()
    expect(await pawl(rig, 'slurm', 'init', '--config', 'recipe.yaml', '--tasks', '8', '--cpus', '2')).toMatchObject({
      code: 0,
    })
    const fresh = await pawl(rig, 'slurm', 'status')
    expect(fresh.stdout).toMatch(/not begun[\s\S]*never submitted/)
    const job = jobOf(await pawl(rig, 'slurm', 'submit', '--json'))
    await cluster.until(() => atGate(rig).length === 8)
    expect(new Set(atGate(rig).map(name => name.split('@')[1]))).toEqual(new Set(['n1', 'n2']))
    const active = await pawl(rig, 'slurm', 'status')
    expect(active.stdout).toMatch(/0 of 24 partitions done[\s\S]*8 RUNNING[\s\S]*8 tasks are waiting or at work/)
    const twice = await pawl(rig, 'slurm', 'submit')
    expect([twice.code, twice.stderr]).toEqual([2, expect.stringContaining('8 tasks are waiting or at work')])

    const onFirst = atGate(rig)
      .filter(name => name.endsWith('@n1'))
      .map(name => name.split('@')[0])
    const [cancelled, warned] = onFirst
    cluster.run('scancel', [`${job}_${cancelled}`])
    await cluster.until(() => stateOf(`${job}_${cancelled}`) === '')
    // As before a time limit: the script alone is told, stops Pawl in order, and has the task queued again.
    cluster.run('scancel', ['--batch', '--signal=TERM', `${job}_${warned}`])
    await cluster.until(() => stateOf(`${job}_${warned}`) === 'PENDING')
    cluster.run('scontrol', ['update', `JobId=${job}_${warned}`, 'StartTime=now'])
    cluster.killNode('n2')
    rig.write('gate/open', '')
    await cluster.until(() => existsSync(rig.path('out/result.jsonl')))
    await cluster.startNode('n2')
    await cluster.until(() => cluster.ask('squeue', '--noheader').stdout.trim() === '')
    await expectSingleBytes(rig)
    const done = await pawl(rig, 'slurm', 'status')
    expect(done.stdout).toContain('The job is complete.')
    expect((await pawl(rig, 'slurm', 'missing')).stdout).toContain('the job is complete')
    // It was cancelled, and nobody queued it again.
    const control = cluster.run('scontrol', ['--oneliner', 'show', 'job', `${job}_${cancelled}`])
    expect(control).toMatch(/JobState=CANCELLED/)
    expect(cluster.run('scontrol', ['--oneliner', 'show', 'job', `${job}_${warned}`])).toMatch(/Restarts=1/)
  })

  itDrawn(
    'by hash: missing shards are named, submitted alone, and a finishing task does what lies behind the barrier',
    {
      timeout: 120_000,
    },
    async () => {
      const rig = makeRig()
      rig.write('gate/open', '')
      const init = ['slurm', 'init', '--config', 'recipe.yaml', '--tasks', '4', '--cpus', '2', '--shard', 'hash']
      expect(await pawl(rig, ...init, '--sbatch=--hold')).toMatchObject({ code: 0 })
      expect((await pawl(rig, 'slurm', 'missing')).stdout).toMatch(
        /4 tasks are worth submitting:\n {2}.* --array=0-3\n/,
      )
      // Two of four run: the others are missing, and are known by their shard.
      const job = jobOf(await pawl(rig, 'slurm', 'submit', '--array', '1,3', '--json'))
      cluster.run('scontrol', ['release', job])
      await cluster.until(() => stateOf(`${job}_1`) === '' && stateOf(`${job}_3`) === '')
      const missing = await pawl(rig, 'slurm', 'missing')
      expect(missing.stdout).toMatch(/2 tasks are worth submitting:\n {2}.* --array=0,2\n/)
      const rest = jobOf(await pawl(rig, 'slurm', 'submit', '--array', '0,2', '--json'))
      cluster.run('scontrol', ['release', rest])
      await cluster.until(() => stateOf(rest) === '')
      for (const held of cluster.ask('squeue', '--noheader', '--format', '%A').stdout.trim().split('\n'))
        if (held !== '') cluster.run('scontrol', ['release', held])
      await cluster.until(() => cluster.ask('squeue', '--noheader').stdout.trim() === '')
      await expectSingleBytes(rig)
      expect((await pawl(rig, 'slurm', 'status')).stdout).toContain('The job is complete.')
    },
  )

  itDrawn('is submitted once, whatever becomes of sbatch and of its answer', { timeout: 120_000 }, async () => {
    const rig = makeRig()
    await pawl(rig, 'slurm', 'init', '--config', 'recipe.yaml', '--tasks', '2', '--sbatch=--hold')
    const sbatch = join(resolve('/usr/bin'), 'sbatch')
    const double = (body: string) => {
      writeFileSync(rig.path('bin/sbatch'), `#!/bin/bash\n${body}\n`)
      chmodSync(rig.path('bin/sbatch'), 0o755)
    }
    const queued = () =>
      new Set(cluster.run('squeue', ['--noheader', '--format', '%F']).split('\n').filter(Boolean)).size
    mkdirSync(rig.path('bin'))
    const before = queued()
    double('kill -9 $$')
    const lost = await pawl(rig, 'slurm', 'submit')
    expect([lost.code, lost.stderr]).toEqual([2, expect.stringContaining('nothing was submitted')])
    expect(queued()).toBe(before)

    double(`${sbatch} "$@" > /dev/null; kill -9 $$`)
    const unheard = await pawl(rig, 'slurm', 'submit', '--json')
    expect(unheard).toMatchObject({ code: 0 })
    expect(queued()).toBe(before + 1)
    cluster.run('scancel', [jobOf(unheard)])
    await cluster.until(() => queued() === before)

    double(`${sbatch} "$@" > /dev/null; kill -9 $PPID`)
    expect(await pawl(rig, 'slurm', 'submit')).toMatchObject({ signal: 'SIGKILL' })
    expect(queued()).toBe(before + 1)
    rmSync(rig.path('bin/sbatch'))
    const found = await pawl(rig, 'slurm', 'submit', '--json')
    expect(JSON.parse(found.stdout)).toMatchObject({ kind: 'found' })
    expect(queued()).toBe(before + 1)
    cluster.run('scancel', [jobOf(found)])
  })

  it('of a pipeline shares its state, and each source is done once', { timeout: 120_000 }, async () => {
    const rig = makeRig()
    mkdirSync(rig.path('node_modules'))
    spawnSync('ln', ['-s', resolve('.'), rig.path('node_modules', 'pawl')])
    rig.write(
      'curate.mjs',
      `import { JsonlReader, JsonlWriter, Pipeline } from 'pawl'
export default new Pipeline({ name: 'curate' })
  .addStage(new JsonlReader({ filePaths: 'data' }))
  .addStage(new JsonlWriter({ path: 'output' }))
`,
    )
    const init = [
      'slurm',
      'init',
      '--pipeline',
      'curate.mjs',
      '--checkpoint_path',
      'state',
      '--tasks',
      '3',
      '--cpus',
      '2',
    ]
    expect(await pawl(rig, ...init, '-o', 'pipeline.sbatch')).toMatchObject({ code: 0 })
    const submitted = await pawl(rig, 'slurm', 'submit', 'pipeline.sbatch', '--json')
    await cluster.until(() => stateOf(jobOf(submitted)) === '')
    const status = await pawl(rig, 'slurm', 'status', 'pipeline.sbatch')
    expect(status.stdout).toMatch(/complete[\s\S]*3 COMPLETED[\s\S]*The job is complete/)
    expect(readdirSync(rig.path('output'))).toHaveLength(24)
    for (const name of readdirSync(rig.path('data')))
      expect(readFileSync(rig.path('output', name), 'utf8')).toBe(readFileSync(rig.path('data', name), 'utf8'))
  })

  it('says what is the matter where there is no script, none of ours, or no Slurm', async () => {
    const rig = makeRig()
    expect(await pawl(rig, 'slurm', 'status', 'none.sbatch')).toMatchObject({ code: 2 })
    rig.write('mine.sbatch', '#!/bin/bash\n')
    expect((await pawl(rig, 'slurm', 'submit', 'mine.sbatch')).stderr).toContain('was not written by pawl slurm init')
    await pawl(rig, 'slurm', 'init', '--config', 'recipe.yaml')
    expect((await pawl(rig, 'slurm', 'init', '--config', 'recipe.yaml')).stderr).toContain('exists: choose another')
    const away = await rig.startWith({ ...process.env, PATH: rig.path('nowhere') }, 'slurm', 'submit').ended
    expect([away.code, away.stderr]).toEqual([2, expect.stringContaining('is not here')])
  })
})
