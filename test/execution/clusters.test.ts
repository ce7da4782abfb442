import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runRecipe } from '../../src/library/run-recipe.js'
import { tempFolder } from '../io/temp-folder.js'

const long = (end: string) => `the ferry leaves the old pier at nine and is back before the tide turns ${end}`
const texts = [
  long('in the evening'),
  'short',
  long('in the evening'),
  'nobody has seen the keeper of the lighthouse',
  'short',
]

test.each(['document_minhash_deduplicator', 'document_simhash_deduplicator'] as const)(
  'clusters of %s are told, counted and written by file and offset, and short texts are spared',
  async name => {
    const folder = tempFolder()
    const lines = texts.map((text, n) => `${JSON.stringify({ n, text })}\n`)
    writeFileSync(join(folder, 'in.jsonl'), lines.join(''))
    const report = await runRecipe({
      dataset_path: join(folder, 'in.jsonl'),
      export_path: join(folder, 'out/o.jsonl'),
      np: 1,
      process: [{ [name]: { export_clusters: true } } as { readonly document_minhash_deduplicator: object }],
    })
    expect(report.samplesOut).toBe(4)
    expect(report.decisions).toHaveLength(1)
    expect(report.decisions[0]).toMatch(
      /^document_\w+: 1 clusters, the largest of 2 samples; 2 texts shorter than the window spared \(short_text: separate\) → clusters\/process-0\./,
    )
    const clusters = join(report.jobDir, 'clusters')
    const [file] = readdirSync(clusters)
    const written = readFileSync(join(clusters, file), 'utf8').trim().split('\n')
    const path = join(folder, 'in.jsonl')
    expect(written.map(line => JSON.parse(line) as unknown)).toEqual([
      {
        size: 2,
        kept: { path, offset: 0 },
        dropped: [{ path, offset: Buffer.byteLength(lines[0] + lines[1]) }],
      },
    ])
  },
)
