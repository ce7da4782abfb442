import { spawn } from 'node:child_process'
import { chmodSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { drawing } from '../drawn.js'
import { provision } from '../provision.js'
import { JobRig } from '../rig-job.js'

const itDrawn = drawing(3)

const records = Array.from({ length: 300 }, (_, id) => ({ id, text: `a text that is long enough, number ${id}` }))

/** A mapper that waits at one sample until a file says go on. */
const gate = (rig: JobRig) => `
import { defineMapper } from 'pawl'
import { existsSync, writeFileSync, watch } from 'node:fs'
export default defineMapper({
  name: 'gate_mapper',
  summary: 'Waits.',
  params: {},
  create: (_, { textKey }) => ({
    async map(sample) {
      if (!sample.text(textKey).endsWith('number 200')) return
      const open = ${JSON.stringify(rig.path('gate', 'open'))}
      writeFileSync(${JSON.stringify(rig.path('gate', 'waiting'))}, '')
      await new Promise(done => {
        const watcher = watch(${JSON.stringify(rig.path('gate'))}, () => { if (existsSync(open)) { watcher.close(); done() } })
        if (existsSync(open)) { watcher.close(); done() }
      })
    },
  }),
})
`

function makeRig(settings: Readonly<Record<string, unknown>> = {}): JobRig {
  const rig = new JobRig()
  rig.writeLines('data/a.jsonl', records)
  rig.write('gate/.keep', '')
  rig.write('ops.ts', gate(rig))
  rig.recipe({
    custom_operator_paths: ['ops.ts'],
    process: ['gate_mapper'],
    partition: { mode: 'manual', num_of_partitions: 6 },
    worker: { retry_delay_s: 0.01 },
    ...settings,
  })
  return rig
}

const ids = (rig: JobRig) => rig.exportedRows().map(row => (row as { id: number }).id)
const allIds = records.map(({ id }) => id)

describe('a signal', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s stops the job on record, and the next run goes on', async (signal, code) => {
    const rig = makeRig()
    const running = rig.start('run', '--config', 'recipe.yaml')
    await running.sees(/Starting job/)
    running.kill(signal)
    const ended = await running.ended
    expect(ended.code).toBe(code)
    expect(ended.stderr).toContain(`pawl resume ${rig.path('jobs', 'job')}`)
    expect(rig.summary()).toMatchObject({ status: 'stopped', stop_reason: `received ${signal}` })
    expect(rig.events().at(-1)).toMatchObject({ event_type: 'job_stopped' })
    rig.write('gate/open', '')
    expect((await rig.run('resume', 'job', '--work_dir', 'jobs')).code).toBe(0)
    expect(ids(rig)).toEqual(allIds)
    expect(rig.quarantine()).toEqual([])
  })

  itDrawn('that comes twice ends the process at once, and the job can still be resumed', async () => {
    const rig = makeRig()
    const running = rig.start('run', '--config', 'recipe.yaml')
    await running.sees(/Starting job/)
    running.kill('SIGINT')
    running.kill('SIGINT')
    expect((await running.ended).code).toBe(130)
    rig.write('gate/open', '')
    expect((await rig.runRecipe()).code).toBe(0)
    expect(ids(rig)).toEqual(allIds)
  })
})

describe('a second process', () => {
  itDrawn('with another recipe is refused with what differs, and with host and process of the first', async () => {
    const rig = makeRig()
    const first = rig.start('run', '--config', 'recipe.yaml')
    await first.sees(/Starting job/)
    const second = await rig.runRecipe('--seed', '7')
    expect(second.code).toBe(2)
    expect(second.stderr).toContain(`is being run by process ${first.pid} on ${hostname()}`)
    expect(second.stderr).toContain('seed changed 42 → 7')
    rig.write('gate/open', '')
    expect((await first.ended).code).toBe(0)
    expect(ids(rig)).toEqual(allIds)
  })

  itDrawn('takes over from one that is dead', async () => {
    const rig = makeRig()
    const first = rig.start('run', '--config', 'recipe.yaml')
    await first.sees(/Starting job/)
    first.kill('SIGKILL')
    await first.ended
    rig.write('gate/open', '')
    expect((await rig.runRecipe()).code).toBe(0)
    expect(ids(rig)).toEqual(allIds)
  })
})

const strace = provision('strace')

/** Runs the recipe with an error injected into a system call. */
async function runWithFault(rig: JobRig, fault: string): Promise<{ code: number | null; output: string }> {
  const main = resolve('dist', 'cli', 'main.js')
  const child = spawn(
    'strace',
    ['-f', '-o', rig.path('strace.log'), '-e', fault, process.execPath, main, 'run', '--config', 'recipe.yaml'],
    { cwd: rig.folder },
  )
  let output = ''
  child.stderr.on('data', chunk => (output += chunk))
  return new Promise(done => child.once('close', code => done({ code, output })))
}

describe.skipIf(!strace.isThere)('a fault of the machine', () => {
  it.each([
    ['inject=fsync:error=EIO:when=4+', 'I/O error'],
    ['inject=fsync:error=ENOSPC:when=2+', 'disk is full'],
    ['inject=link:error=EROFS:when=2+', 'read-only'],
    ['inject=rename:error=EACCES:when=4+', 'EACCES|permission'],
  ])('%s is told clearly, blames no sample, and the job goes on once it is gone', async (fault, told) => {
    const rig = makeRig()
    rig.write('gate/open', '')
    const ended = await runWithFault(rig, fault)
    expect(ended.code).toBe(1)
    expect(ended.output).toMatch(new RegExp(told))
    expect((await rig.runRecipe()).code).toBe(0)
    expect(ids(rig)).toEqual(allIds)
    expect(rig.quarantine()).toEqual([])
  })
})

describe('input that is not what it should be', () => {
  itDrawn('that is missing or holds nothing readable is refused before any file is made', async () => {
    const rig = new JobRig()
    rig.write('data/readme.md', 'nothing here')
    rig.write('empty/.hidden.jsonl', '{}\n')
    for (const dataset_path of ['nowhere', 'empty', 'nowhere/*.jsonl']) {
      rig.recipe({ dataset_path, process: [] })
      const refused = await rig.runRecipe()
      expect(refused.code).toBe(2)
      expect(refused.stderr).toContain(dataset_path)
      expect(() => rig.summary()).toThrow('ENOENT')
    }
  })

  itDrawn('that is cut short fails its partition, names it, and is redone once it is whole', async () => {
    const rig = new JobRig()
    const packed = gzipSync(records.map(record => `${JSON.stringify(record)}\n`).join(''))
    rig.write('data/b.jsonl.gz', packed.subarray(0, packed.length / 2))
    rig.writeLines('data/a.jsonl', records)
    rig.recipe({ process: ['text_length_filter'] })
    const failed = await rig.runRecipe()
    expect(failed.code).not.toBe(0)
    expect(failed.stderr).toContain('b.jsonl.gz')
    writeFileSync(rig.path('data', 'b.jsonl.gz'), packed)
    expect((await rig.runRecipe()).code).toBe(0)
    expect(ids(rig)).toEqual([...allIds, ...allIds])
  })

  itDrawn('that vanishes while the job runs stops it with the name, and nothing else is lost', async () => {
    const rig = makeRig({ process: ['gate_mapper', 'document_deduplicator'] })
    const running = rig.start('run', '--config', 'recipe.yaml', '--np', '1')
    await running.sees(/Starting job/)
    rmSync(rig.path('data', 'a.jsonl'))
    rig.write('gate/open', '')
    const ended = await running.ended
    expect(ended.code).not.toBe(0)
    expect(ended.stderr).toContain('a.jsonl')
    rig.writeLines('data/a.jsonl', records)
    expect((await rig.runRecipe()).code).toBe(0)
    expect(ids(rig)).toEqual(allIds)
  })

  itDrawn('with too few files allowed ends in a clear error, and the job goes on after', async () => {
    const rig = makeRig()
    rig.write('gate/open', '')
    rig.write(
      'few.sh',
      `ulimit -n 18; exec ${process.execPath} ${resolve('dist', 'cli', 'main.js')} run --config recipe.yaml`,
    )
    chmodSync(rig.path('few.sh'), 0o755)
    const child = spawn('bash', ['few.sh'], { cwd: rig.folder })
    let output = ''
    child.stderr.on('data', chunk => (output += chunk))
    const code = await new Promise(done => child.once('close', done))
    expect(code).not.toBe(0)
    expect(output).toMatch(/EMFILE|ulimit|too many open files/i)
    expect((await rig.runRecipe()).code).toBe(0)
    expect(ids(rig)).toEqual(allIds)
  })
})
