import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { oneOf } from '../drawn.js'
import { JobRig } from '../rig-job.js'

const records = Array.from({ length: 120 }, (_, id) => ({ id, text: `text ${id % 50} of user${id}@example.org` }))
const partition = { mode: 'manual', num_of_partitions: 3 }

const harm: readonly (readonly [string, (path: string) => void])[] = [
  ['is gone', path => rmSync(path)],
  ['is cut short', path => truncateSync(path, 50)],
  ['has other text of equal length', path => edit(path, 'example', 'exemple')],
  ['holds what is no row', path => edit(path, '{"origin', '}"origin')],
]

function edit(path: string, from: string, to: string): void {
  const bytes = readFileSync(path)
  const at = bytes.indexOf(from)
  // In compressed and binary formats the text may not stand as it is; then any byte will do.
  if (at >= 0) bytes.write(to, at)
  else bytes[bytes.length >> 1] ^= 1
  writeFileSync(path, bytes)
}

/** The first file of the job whose name says that so many operators have run over it. */
function checkpointAfter(rig: JobRig, operators: number): string {
  const folder = rig.path('jobs', 'job', 'checkpoints')
  const name = readdirSync(folder).find(file => file.includes(`.op${operators}.`) && !file.endsWith('.signatures'))
  if (name === undefined) throw new Error(`no checkpoint after ${operators} operators`)
  return rig.path('jobs', 'job', 'checkpoints', name)
}

const damagesOf = (rig: JobRig) => rig.events().filter(({ event_type }) => event_type === 'checkpoint_damaged').length

describe('a finished partition', () => {
  const process = [{ text_length_filter: { min_len: 5 } }, { alphanumeric_filter: { min_ratio: 0.1 } }]

  it.each(oneOf(2, harm))('that %s is redone when the export needs it', async (_, damage) => {
    const rig = new JobRig()
    rig.writeLines('data/a.jsonl', records)
    rig.recipe({ process, partition })
    expect((await rig.runRecipe()).code).toBe(0)
    const exported = rig.read('out', 'result.jsonl')
    rmSync(rig.path('out', 'result.jsonl'))
    damage(checkpointAfter(rig, 2))
    expect((await rig.runRecipe()).code).toBe(0)
    expect(rig.read('out', 'result.jsonl')).toBe(exported)
    expect(damagesOf(rig)).toBe(1)
    expect(rig.unitsOfLastRun()).toBe(1)
  })
})

describe.each([
  { format: 'jsonl', compression: 'none' },
  { format: 'jsonl', compression: 'gzip' },
  { format: 'parquet', compression: 'snappy' },
  { format: 'arrow', compression: 'none' },
])('a checkpoint in $format ($compression)', intermediate_storage => {
  it.each(oneOf(4, harm, intermediate_storage.format.length))(
    'that %s is redone when a changed recipe goes on from it',
    async (_, damage) => {
      const rig = new JobRig()
      rig.writeLines('data/a.jsonl', records)
      const recipe = (min_len: number) => ({
        process: ['document_deduplicator', { text_length_filter: { min_len: 5 } }, { text_length_filter: { min_len } }],
        checkpoint: { strategy: 'every_op' },
        intermediate_storage,
        partition,
      })
      rig.recipe(recipe(1000))
      expect((await rig.runRecipe()).code).toBe(0)
      damage(checkpointAfter(rig, 2))
      rig.recipe(recipe(6))
      expect((await rig.runRecipe()).code).toBe(0)
      expect(rig.exportedRows()).toEqual(records)
      expect(damagesOf(rig)).toBe(1)
    },
  )
})
