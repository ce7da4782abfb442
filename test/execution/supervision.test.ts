import { readdirSync, writeFileSync } from 'node:fs'
import { describe, expect } from 'vitest'
import { drawing } from '../drawn.js'
import { JobRig } from '../rig-job.js'

const itDrawn = drawing(3)

const texts = Array.from({ length: 60 }, (_, index) => ({
  id: index,
  text: `a text that is long enough, number ${index}`,
}))

/** A mapper that does something to the process on texts that say so. */
const harmful = `
import { defineMapper } from 'pawl'
import { existsSync, writeFileSync } from 'node:fs'
export default defineMapper({
  name: 'harmful_mapper',
  summary: 'Does what the text says.',
  params: {},
  create: (_, { textKey }) => ({
    map(sample) {
      const text = sample.text(textKey)
      if (text.includes('KILL')) process.kill(process.pid, 'SIGKILL')
      if (text.includes('HANG')) for (;;) {}
      if (text.includes('THROW')) throw new Error('this text does not please')
      if (text.includes('HOG')) { const all = []; for (;;) all.push(Buffer.alloc(1 << 20, 1)) }
      const once = /ONCE (\\S+)/.exec(text)?.[1]
      if (once !== undefined && !existsSync(once)) { writeFileSync(once, ''); process.kill(process.pid, 'SIGKILL') }
    },
  }),
})
`

function makeRig(marks: Readonly<Record<number, string>>, settings: Readonly<Record<string, unknown>> = {}): JobRig {
  const rig = new JobRig()
  rig.write('ops.ts', harmful)
  rig.writeLines(
    'data/a.jsonl',
    texts.map(({ id, text }) => ({ id, text: marks[id] === undefined ? text : `${text} ${marks[id]}` })),
  )
  rig.recipe({
    custom_operator_paths: ['ops.ts'],
    process: ['harmful_mapper'],
    worker: { retry_delay_s: 0.01 },
    partition: { mode: 'manual', num_of_partitions: 3 },
    ...settings,
  })
  return rig
}

const ids = (rig: JobRig) => rig.exportedRows().map(row => (row as { id: number }).id)
const allBut = (...left: number[]) => texts.map(({ id }) => id).filter(id => !left.includes(id))

describe('one bad sample', () => {
  itDrawn('that throws goes to quarantine with file, line, operator and error, and costs no other sample', async () => {
    const rig = makeRig({ 7: 'THROW', 41: 'THROW' })
    expect((await rig.runRecipe()).code).toBe(0)
    expect(ids(rig)).toEqual(allBut(7, 41))
    expect(rig.quarantine().map(({ line, operator, error, file }) => ({ line, operator, error, file }))).toEqual(
      [8, 42].map(line => ({
        line,
        operator: 'harmful_mapper',
        error: 'this text does not please',
        file: rig.path('data', 'a.jsonl'),
      })),
    )
  })

  itDrawn('that kills its worker is found and set aside after three deaths with it alone', async () => {
    const rig = makeRig({ 25: 'KILL' })
    expect((await rig.runRecipe()).code).toBe(0)
    expect(ids(rig)).toEqual(allBut(25))
    expect(rig.quarantine()).toMatchObject([{ line: 26, code: 'killed_worker' }])
    expect(rig.events().filter(({ event_type }) => event_type === 'worker_lost')).toHaveLength(4)
  })

  itDrawn('that never ends is noticed by lack of progress', async () => {
    const rig = makeRig({ 3: 'HANG' }, { worker: { retry_delay_s: 0.01, stall_timeout_s: 1.5 } })
    expect((await rig.runRecipe()).code).toBe(0)
    expect(ids(rig)).toEqual(allBut(3))
    expect(rig.events().find(({ event_type }) => event_type === 'worker_lost')).toMatchObject({
      reason: expect.stringContaining('no progress'),
    })
  })

  itDrawn('that eats memory ends its worker at the limit', async () => {
    const rig = makeRig({ 59: 'HOG' }, { worker: { retry_delay_s: 0.01, memory_mb: 250 } })
    expect((await rig.runRecipe()).code).toBe(0)
    expect(ids(rig)).toEqual(allBut(59))
  })

  itDrawn('fails the job where the recipe says so, and the job can go on under another policy', async () => {
    const rig = makeRig({ 7: 'THROW' })
    const failed = await rig.runRecipe('--on_error', 'fail')
    expect(failed.code).toBe(1)
    expect(failed.stderr).toMatch(/harmful_mapper failed on .*a\.jsonl, line 8: this text does not please/)
    expect(rig.summary().status).toBe('failed')
    expect((await rig.runRecipe('--on_error', 'skip')).code).toBe(0)
    expect(ids(rig)).toEqual(allBut(7))
    expect(rig.quarantine()).toEqual([])
  })
})

describe('a worker that dies', () => {
  itDrawn('once is replaced, and no sample is blamed', async () => {
    const rig = makeRig({})
    const mark = rig.path('died')
    rig.writeLines(
      'data/a.jsonl',
      texts.map(({ id, text }) => ({ id, text: id === 30 ? `${text} ONCE ${mark}` : text })),
    )
    expect((await rig.runRecipe()).code).toBe(0)
    expect(ids(rig)).toEqual(allBut())
    expect(rig.quarantine()).toEqual([])
  })

  itDrawn(
    'every time, whatever it works on, fails its unit in the end; nothing hangs and nothing is lost',
    async () => {
      const rig = makeRig({})
      writeFileSync(
        rig.path('ops.ts'),
        harmful.replace(
          'create: (_, { textKey }) => ({',
          "create: (_, { textKey }) => (process.send && process.kill(process.pid, 'SIGKILL'), {",
        ),
      )
      const ended = await rig.runRecipe('--worker.max_losses', '2')
      expect(ended.code).toBe(1)
      expect(ended.stderr).toContain('lost a worker 3 times')
      writeFileSync(rig.path('ops.ts'), harmful)
      expect((await rig.runRecipe()).code).toBe(0)
      expect(ids(rig)).toEqual(allBut())
      expect(rig.quarantine()).toEqual([])
    },
  )

  itDrawn('while it exports leaves nothing of its attempt behind', async () => {
    const rig = makeRig({})
    writeFileSync(rig.path('ops.ts'), harmful + diesInExport(rig.path('died')))
    expect((await rig.runRecipe('--np', '1')).code).toBe(0)
    expect(rig.events().filter(({ event_type }) => event_type === 'worker_lost')).toHaveLength(1)
    expect(ids(rig)).toEqual(allBut())
    expect(readdirSync(rig.path('out'))).toEqual(['result.jsonl'])
  })
})

/** Ends the first worker that is about to sync a staged export. */
function diesInExport(mark: string): string {
  return `
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

const { fsyncSync } = fs
fs.fsyncSync = fd => {
  if (/tmp-.*\\.result/.test(fs.readlinkSync('/proc/self/fd/' + fd)) && !existsSync(${JSON.stringify(mark)})) {
    writeFileSync(${JSON.stringify(mark)}, '')
    process.kill(process.pid, 'SIGKILL')
  }
  return fsyncSync(fd)
}
syncBuiltinESMExports()
`
}
