import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect } from 'vitest'
import { drawing } from '../drawn.js'
import { JobRig } from '../rig-job.js'

const itDrawn = drawing(3)

let rig: JobRig

/** A recipe as the docs begin: no job id, no export path. */
const smallest = (process: string, data = 'data') => `dataset_path: ${data}\nnp: 2\nprocess:\n  - ${process}\n`

beforeEach(() => {
  rig = new JobRig()
  for (const name of ['data', 'other'])
    rig.writeLines(
      `${name}/a.jsonl`,
      Array.from({ length: 60 }, (_, id) => ({ id, text: `a text of ${name}, number ${id}` })),
    )
  rig.write('r1.yaml', smallest('text_length_filter: {min_len: 5}'))
})

const result = () => rig.read('outputs', 'hello_world', 'hello_world.jsonl')
const jobs = () => readdirSync(rig.path('outputs', 'hello_world')).filter(name => !name.endsWith('.jsonl'))

describe('the same command again, without a job id', () => {
  itDrawn('goes on with the job of its export, whatever is edited of the recipe meanwhile', async () => {
    const first = await rig.run('run', 'r1.yaml')
    expect(first.stdout).toMatch(/^Starting hello_world-[0-9a-f]{6}: /)
    const [job] = jobs()
    const again = await rig.run('run', 'r1.yaml')
    expect(again).toMatchObject({ code: 0, stderr: '' })
    expect(again.stdout).toContain('nothing to do: the job was complete')
    const edited = await rig.run(
      'run',
      '--config',
      'r1.yaml',
      '--text_length_filter.min_len',
      '22',
      '--dataset_path',
      'other',
    )
    expect(edited.stdout).toContain(`Resuming ${job}: `)
    expect(edited.stdout).toContain('process[0].min_len changed 5 → 22')
    rig.write('copy.yaml', rig.read('r1.yaml'))
    expect((await rig.run('run', 'copy.yaml')).stdout).toContain(`Resuming ${job}: `)
    rig.write('edited.yaml', smallest('words_num_filter'))
    expect((await rig.run('run', 'edited.yaml')).stdout).toContain(`Resuming ${job}: `)
    expect(jobs()).toEqual([job])
  })

  itDrawn('goes on after a kill -9', async () => {
    rig.write('slow.ts', slowOperator)
    rig.write(
      'r1.yaml',
      `${smallest('slow_mapper')}custom_operator_paths: slow.ts\npartition: {mode: manual, num_of_partitions: 6}\n`,
    )
    const first = rig.start('run', 'r1.yaml')
    await first.sees(/Starting/)
    while (!hasCommitted()) await new Promise(resolve => setImmediate(resolve))
    first.kill('SIGKILL')
    expect((await first.ended).signal).toBe('SIGKILL')
    const second = await rig.run('run', 'r1.yaml')
    expect(second).toMatchObject({ code: 0 })
    expect(second.stdout).toMatch(/^Resuming hello_world-[0-9a-f]{6}: nothing changed; \d partitions? finished before/m)
    expect(result().split('\n')).toHaveLength(61)
  })

  const hasCommitted = () => {
    const [job] = jobs()
    const points = readdirSync(rig.path('outputs', 'hello_world', job, 'checkpoints'))
    return points.filter(name => /op1.*\.jsonl$/.test(name) && !name.startsWith('.')).length > 2
  }
})

const slowOperator = `import { defineMapper } from 'pawl'
export default defineMapper({
  name: 'slow_mapper', summary: 'Takes its time.', params: {},
  create: () => ({ map: () => new Promise(done => setTimeout(done, 20)) }),
})
`

describe('two recipes with the same export path', () => {
  itDrawn('never overwrite each other: the second is refused, told of the first, and told both ways on', async () => {
    await rig.run('run', 'r1.yaml')
    const before = result()
    const [job] = jobs()
    rig.write('r2.yaml', smallest('words_num_filter', 'other'))
    for (const command of ['run', 'plan', 'validate']) {
      const { code, stderr } = await rig.run(command, 'r2.yaml')
      expect(code).toBe(2)
      for (const part of [`is the result of job ${job}`, rig.path('r1.yaml'), rig.path('r2.yaml')])
        expect(stderr).toContain(part)
      for (const part of [
        rig.path('data'),
        rig.path('other'),
        `--job_id ${job}`,
        'another --export_path',
        'pawl resume',
      ])
        expect(stderr).toContain(part)
    }
    expect(result()).toBe(before)
    expect(jobs()).toEqual([job])
    expect((await rig.run('run', 'r2.yaml', '--export_path', 'out/two.jsonl')).code).toBe(0)
    expect((await rig.run('run', 'r2.yaml', '--job_id', job)).stdout).toContain(`Resuming ${job}: `)
  })

  itDrawn('are told apart also where both are given on the command line alone', async () => {
    await rig.run('run', '--dataset_path', 'data', '--process', '[words_num_filter]')
    const { code, stderr } = await rig.run('run', '--dataset_path', 'other', '--process', '[words_num_filter]')
    expect({ code, stderr }).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('a recipe without a file there'),
    })
  })

  itDrawn('are told apart after the first was killed before it exported anything', async () => {
    await rig.run('run', 'r1.yaml')
    rmSync(rig.path('outputs', 'hello_world', 'hello_world.jsonl'))
    rmSync(rig.path('outputs', 'hello_world', jobs()[0], 'metadata', 'exports.json'))
    rig.write('r2.yaml', smallest('words_num_filter', 'other'))
    expect((await rig.run('run', 'r2.yaml')).code).toBe(2)
  })
})

describe('a job with an id', () => {
  itDrawn('is found by its export where the id is left out', async () => {
    await rig.run('run', 'r1.yaml', '--job_id', 'exp1')
    expect((await rig.run('run', 'r1.yaml')).stdout).toContain('Resuming exp1: nothing changed')
    expect(jobs()).toEqual(['exp1'])
  })

  itDrawn('is named where another id would take its export path', async () => {
    await rig.run('run', 'r1.yaml', '--job_id', 'exp1')
    const { code, stderr } = await rig.run('run', 'r1.yaml', '--job_id', 'exp2')
    expect(code).toBe(2)
    expect(stderr).toContain('It belongs to job exp1: go on with that with --job_id exp1')
  })

  itDrawn('is a new one, named after the time, with --new_job', async () => {
    await rig.run('run', 'r1.yaml')
    const { code, stdout } = await rig.run(
      'run',
      'r1.yaml',
      '--new_job',
      '--export_path',
      'outputs/hello_world/two.jsonl',
    )
    expect({ code, stdout }).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^Starting \d{8}_\d{6}_[0-9a-f]{6}: /),
    })
    expect(jobs()).toHaveLength(2)
  })

  itDrawn('is found by name from anywhere, once it was run', async () => {
    const name = `far_${process.pid}_${Date.now()}`
    await rig.run('run', 'r1.yaml', '--job_id', name, '--work_dir', 'elsewhere')
    const { code, stdout } = await new JobRig().run('resume', name)
    expect({ code, stdout }).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`Resuming ${name}: nothing changed`),
    })
    const near = await new JobRig().run('resume', `${name}x`)
    expect(near.stderr).toContain(`did you mean "${name}"?`)
  })

  itDrawn('runs where nothing can be remembered, and where what was remembered is no longer read', async () => {
    const state = rig.write('state', 'a file where a folder should be')
    const env = { ...process.env, XDG_STATE_HOME: state }
    expect(await rig.start('run', 'r1.yaml', '--job_id', 'exp1').ended).toMatchObject({ code: 0 })
    expect(await rig.startWith(env, 'run', 'r1.yaml').ended).toMatchObject({ code: 0, stderr: '' })
    rmSync(state)
    rig.write(join('state', 'pawl', 'work_dirs.jsonl'), '"/gone"\n{not json\n"relative"\n')
    expect((await rig.startWith(env, 'resume', 'absent').ended).stderr).toContain('there is no job absent')
    expect(await rig.startWith(env, 'run', 'r1.yaml').ended).toMatchObject({ code: 0, stderr: '' })
  })
})

describe('pawl plan on a job that exists', () => {
  itDrawn('says of each operator what is reused, what is redone and why, and how long that should take', async () => {
    writeFileSync(
      rig.path('r1.yaml'),
      `${smallest('clean_links_mapper\n  - text_length_filter: {min_len: 5}\n  - words_num_filter')}checkpoint: {strategy: every_op}\npartition: {mode: manual, num_of_partitions: 3}\n`,
    )
    expect((await rig.run('plan', 'r1.yaml')).stdout).toMatch(/^A new job, hello_world-[0-9a-f]{6}\n/)
    await rig.run('run', 'r1.yaml')
    const done = JSON.parse((await rig.run('plan', 'r1.yaml', '--json')).stdout)
    expect(done.reuse).toMatchObject({ changes: [], estimated_ms: 0 })
    const edited = ['plan', 'r1.yaml', '--words_num_filter.min_num', '3']
    const { reuse } = JSON.parse((await rig.run(...edited, '--json')).stdout)
    expect(reuse).toMatchObject({
      changes: ['process[2].min_num changed 10 → 3'],
      reuse: '3 partitions go on from the checkpoint after process[1] text_length_filter',
      operators: [
        { reused_partitions: 3, redone_partitions: 0, why: null, estimated_ms: 0 },
        { reused_partitions: 3, redone_partitions: 0, why: null },
        { reused_partitions: 0, redone_partitions: 3, why: 'process[2].min_num changed 10 → 3' },
      ],
      estimated_ms: expect.any(Number),
    })
    const { stdout } = await rig.run(...edited)
    expect(stdout).toContain('process[1] text_length_filter: reused in 3 partitions')
    expect(stdout).toMatch(/process\[2\] words_num_filter: to be done in 3 partitions, about .* of work: process\[2\]/)
    const added = ['--process', '[clean_links_mapper, clean_email_mapper]']
    const { operators } = JSON.parse((await rig.run('plan', 'r1.yaml', ...added, '--json')).stdout).reuse
    expect(operators[1]).toMatchObject({ name: 'clean_email_mapper', estimated_ms: null, redone_partitions: 3 })
  })
})
