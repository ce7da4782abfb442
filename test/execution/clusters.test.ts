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

test('the tracer shows beside a dropped duplicate the sample that was kept for it, in other partitions, too', async () => {
  const folder = tempFolder()
  const samples = [
    long('in the morning'),
    'nobody knows why the lamp went out that night in March',
    long('in the morning!'),
  ]
  for (const [n, text] of samples.entries())
    writeFileSync(join(folder, `in-${n}.jsonl`), `${JSON.stringify({ n, text })}\n`)
  const report = await runRecipe({
    ...{ dataset_path: join(folder, 'in-*.jsonl'), export_path: join(folder, 'out/o.jsonl'), np: 1, open_tracer: true },
    partition: { mode: 'manual', num_of_partitions: 3 },
    process: [
      { replace_content_mapper: { pattern: 'pier', repl: 'quay' } },
      { document_minhash_deduplicator: { export_clusters: true } },
    ] as never,
  })
  const [line] = readFileSync(join(report.jobDir, 'trace/duplicate-document_minhash_deduplicator.jsonl'), 'utf8').split(
    '\n',
  )
  expect(JSON.parse(line)).toEqual({
    dup1: { n: 0, text: samples[0] },
    dup2: { n: 2, text: samples[2].replace('pier', 'quay') },
    __pawl__kept__: { path: join(folder, 'in-0.jsonl'), offset: 0 },
  })
})
