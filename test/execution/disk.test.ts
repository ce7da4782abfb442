import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { randomFrom } from '../crash/dataset.js'
import { oneOf } from '../drawn.js'
import { JobRig } from '../rig-job.js'

function sizeOf(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0)
}

/** Texts of words, as compressible as prose is. */
function writeTexts(rig: JobRig): void {
  const random = randomFrom(3)
  const words = Array.from({ length: 3000 }, () => Math.floor(random() * 36 ** 6).toString(36))
  const text = () => Array.from({ length: 150 }, () => words[Math.floor(random() ** 3 * words.length)]).join(' ')
  rig.writeLines(
    'data/a.jsonl',
    Array.from({ length: 3000 }, (_, id) => ({ id, text: text() })),
  )
}

const forms = [
  { format: 'jsonl', compression: 'none', preserve_intermediate_data: true },
  { format: 'parquet', compression: 'snappy', preserve_intermediate_data: true },
  { format: 'parquet', compression: 'gzip', preserve_intermediate_data: true },
  { format: 'arrow', compression: 'none', preserve_intermediate_data: true },
]

describe('what a job will take of the disk', () => {
  it.each(oneOf(2, forms))('is told within a third, and half again: %j', async storage => {
    const rig = new JobRig()
    writeTexts(rig)
    const recipe = rig.recipe({
      process: [
        { clean_email_mapper: {} },
        { text_length_filter: {} },
        { document_deduplicator: {} },
        { words_num_filter: {} },
      ],
      checkpoint: { strategy: 'every_op' },
      intermediate_storage: storage,
    })
    const { disk } = JSON.parse((await rig.run('plan', '--config', recipe, '--json')).stdout)
    expect((await rig.run('run', '--config', recipe, '-q')).code).toBe(0)
    const used = { checkpoints: sizeOf(rig.path('jobs/job/checkpoints')), export: sizeOf(rig.path('out')) }
    for (const what of ['checkpoints', 'export'] as const) {
      expect(disk[what], what).toBeGreaterThan(used[what] * 0.67)
      expect(disk[what], what).toBeLessThan(used[what] * 1.5)
    }
  })
})
