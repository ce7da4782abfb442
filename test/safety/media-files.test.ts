import { randomBytes } from 'node:crypto'
import { cpSync, mkdirSync, rmSync, statSync, truncateSync, utimesSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { openRecipe } from '../../src/engine/open-recipe.js'
import { planRecipe } from '../../src/engine/plan-recipe.js'
import { OperatorStage } from '../../src/pipeline/stages/operator-stage.js'
import { mediaDir } from '../ops/vector-cases.js'
import { Lab, type LabRun } from './lab.js'

type Values = Readonly<Record<string, unknown>>

/** Two partitions of two samples, each with a picture of its own. */
class MediaLab extends Lab {
  constructor() {
    super()
    mkdirSync(this.path('data', 'pictures'), { recursive: true })
    for (const name of ['a', 'b', 'c', 'd']) this.put(name, 'odd.png')
    this.writeSamples('data/one.jsonl', ['a', 'b'])
    this.writeSamples('data/two.jsonl', ['c', 'd'])
  }

  writeSamples(path: string, names: readonly string[]): void {
    this.write(path, textOf(names))
  }

  /** Puts a file of the tests' own where a sample looks for its picture. */
  put(name: string, picture: string): void {
    cpSync(`${mediaDir}/${picture}`, this.picture(name))
  }

  picture(name: string): string {
    return this.path('data', 'pictures', name)
  }

  runMedia(more: Values = {}): Promise<LabRun> {
    return this.run({ ...recipe, ...more })
  }

  get quarantined(): number {
    return (JSON.parse(this.read('jobs/job/job_summary.json')) as { quarantined: number }).quarantined
  }

  widths(): (readonly number[])[] {
    const lines = this.read('out/result.jsonl').trimEnd().split('\n')
    return lines.map(
      line => (JSON.parse(line) as { __dj__stats__: { image_width: number[] } }).__dj__stats__.image_width,
    )
  }
}

const textOf = (names: readonly string[]) =>
  names.map(name => `${JSON.stringify({ text: name, images: [`pictures/${name}`] })}\n`).join('')
const filter = { image_shape_filter: { max_width: 40 } }
const recipe = { partition: { mode: 'manual', num_of_partitions: 2 }, process: [filter, 'clean_links_mapper'] }

describe('a file that a sample names', () => {
  it('is looked for in the folder that is the dataset', async () => {
    const lab = new MediaLab()
    lab.put('b', 'plain.jpg')
    expect(await lab.runMedia()).toMatchObject({ error: undefined, units: 2 })
    expect(lab.texts()).toEqual(['a', 'c', 'd'])
  })

  it('is looked for in the folder of the file that is the dataset', async () => {
    const lab = new MediaLab()
    lab.put('a', 'plain.jpg')
    expect((await lab.runMedia({ dataset_path: 'data/one.jsonl' })).error).toBeUndefined()
    expect(lab.texts()).toEqual(['b'])
  })

  it('is listed in the field that the recipe or the operator says', async () => {
    const lab = new MediaLab()
    lab.write('data/one.jsonl', textOf(['a', 'b']).replaceAll('"images"', '"pics"'))
    lab.put('a', 'plain.jpg')
    lab.put('d', 'plain.jpg')
    await lab.runMedia({ image_key: 'pics' })
    expect(lab.texts()).toEqual(['b', 'c', 'd'])
    await lab.runMedia({ image_key: 'pics', process: [{ image_shape_filter: { image_key: 'images', max_width: 40 } }] })
    expect(lab.texts()).toEqual(['a', 'b', 'c'])
  })

  it('sends its sample to quarantine where it is absent or damaged, and is measured once it is there', async () => {
    const lab = new MediaLab()
    rmSync(lab.picture('a'))
    lab.put('c', 'text.png')
    expect((await lab.runMedia({ max_quarantine_ratio: 1 })).error).toBeUndefined()
    expect([lab.texts(), lab.quarantined]).toEqual([['b', 'd'], 2])
    lab.put('a', 'pal.png')
    expect((await lab.runMedia({ max_quarantine_ratio: 1 })).units).toBe(1)
    expect([lab.texts(), lab.quarantined]).toEqual([['a', 'b', 'd'], 1])
  })
})

describe('a file that a sample names and that changed', () => {
  const replacing = (lab: MediaLab) => lab.put('c', 'plain.jpg')

  it('is measured anew, with all of its partition and nothing of the others', async () => {
    const lab = new MediaLab()
    await lab.runMedia()
    expect((await lab.runMedia()).units).toBe(0)
    replacing(lab)
    const run = await lab.runMedia()
    expect(run.units).toBe(1)
    expect(run.warnings.join()).toContain(lab.picture('c'))
    expect(lab.texts()).toEqual(['a', 'b', 'd'])
    expect((await lab.runMedia()).units).toBe(0)
  })

  it('is noticed where its size and its time of modification are the same', async () => {
    const lab = new MediaLab()
    await lab.runMedia()
    const { size, atime, mtime } = statSync(lab.picture('c'))
    replacing(lab)
    truncateSync(lab.picture('c'), size)
    utimesSync(lab.picture('c'), atime, mtime)
    expect((await lab.runMedia()).units).toBe(1)
    expect(lab.texts()).toEqual(['a', 'b', 'd'])
  })

  it('is noticed where no checkpoint is left', async () => {
    const lab = new MediaLab()
    const more = { intermediate_storage: { retention_policy: 'cleanup_all' } }
    await lab.runMedia(more)
    expect((await lab.runMedia(more)).units).toBe(0)
    replacing(lab)
    expect((await lab.runMedia(more)).error).toBeUndefined()
    expect(lab.texts()).toEqual(['a', 'b', 'd'])
  })

  it('changes the statistics of samples that stay, also behind a deduplicator', async () => {
    const lab = new MediaLab()
    const more = {
      process: [filter, 'document_deduplicator', 'clean_links_mapper'],
      checkpoint: { strategy: 'every_op' },
      keep_stats_in_res_ds: true,
    }
    await lab.runMedia(more)
    expect(lab.widths()).toEqual([[37], [37], [37], [37]])
    lab.put('c', 'pal.png')
    await lab.runMedia(more)
    expect(lab.widths()).toEqual([[37], [37], [30], [37]])
  })

  it('redoes the whole of a file that is read in pieces', async () => {
    const lab = new MediaLab()
    lab.remove('data/one.jsonl', 'data/two.jsonl')
    const padded = (name: string) => `{"pad":"${randomBytes(5_000).toString('hex')}",${textOf([name]).slice(1)}`
    const names = Array.from({ length: 400 }, (_, n) => 'abcd'[Math.floor(n / 100)])
    lab.write('data/all.jsonl.gz', gzipSync(names.map(padded).join('')))
    const more = { partition: { mode: 'manual', num_of_partitions: 12 } }
    await lab.runMedia(more)
    expect(lab.files('jobs/job/checkpoints').filter(name => name.endsWith('.files')).length).toBeGreaterThan(1)
    expect((await lab.runMedia(more)).units).toBe(0)
    replacing(lab)
    expect((await lab.runMedia(more)).error).toBeUndefined()
    expect([...new Set(lab.texts())]).toEqual(['a', 'b', 'd'])
    expect(lab.texts()).toHaveLength(300)
  })

  it('changes nothing for a recipe whose operators read none', async () => {
    const lab = new MediaLab()
    await lab.runMedia({ process: ['clean_links_mapper', filter] })
    replacing(lab)
    await lab.runMedia({ process: ['clean_links_mapper'] })
    expect((await lab.runMedia({ process: ['clean_links_mapper'] })).units).toBe(0)
    await lab.runMedia({ process: ['clean_links_mapper', filter] })
    expect(lab.texts()).toEqual(['a', 'b', 'd'])
  })

  it('is told by the plan, which changes nothing', async () => {
    const lab = new MediaLab()
    await lab.runMedia()
    replacing(lab)
    const before = lab.manifest('jobs')
    const { description } = await planRecipe(await openRecipe(lab.path('recipe.yaml')))
    expect(description.reuse?.changes.join()).toContain(lab.picture('c'))
    expect(description.reuse?.operators[0]).toMatchObject({ reused_partitions: 1, redone_partitions: 1 })
    expect(lab.manifest('jobs')).toEqual(before)
  })

  it('is taken to have changed where the list of files is damaged', async () => {
    const lab = new MediaLab()
    await lab.runMedia()
    const [list] = lab.files('jobs/job/checkpoints').filter(name => name.endsWith('.files'))
    truncateSync(lab.path('jobs/job/checkpoints', list), 3)
    expect((await lab.runMedia()).units).toBe(1)
    expect(lab.texts()).toEqual(['a', 'b', 'c', 'd'])
  })

  it('leaves no list of files behind that no record names', async () => {
    const lab = new MediaLab()
    await lab.runMedia()
    const count = () => lab.files('jobs/job/checkpoints').filter(name => name.endsWith('.files')).length
    expect(count()).toBe(2)
    replacing(lab)
    await lab.runMedia()
    expect(count()).toBe(2)
  })
})

it('is noticed to have changed where an operator of the user reads it and says so', async () => {
  const lab = new MediaLab()
  lab.write(
    'op.mjs',
    `import { readFileSync, statSync } from 'node:fs'
import { defineMapper } from 'pawl'
export default defineMapper({ name: 'reading_mapper', summary: 'Reads.', params: {}, create(_, { mediaDir, textKey }) {
  let read = []
  return {
    takeFilesRead: () => read.splice(0),
    map(sample) {
      const path = sample.get('images')[0]
      const { size, mtimeNs, ctimeNs, ino } = statSync(mediaDir + '/' + path, { bigint: true })
      read.push({ path, stamp: [size, mtimeNs, ctimeNs, ino].join('-') })
      sample.setText(textKey, readFileSync(mediaDir + '/' + path, 'utf8'))
    },
  }
} })`,
  )
  for (const name of ['a', 'b', 'c', 'd']) lab.write(`data/pictures/${name}`, 'first')
  const more = { custom_operator_paths: lab.path('op.mjs'), process: ['reading_mapper'] }
  await lab.runMedia(more)
  expect((await lab.runMedia(more)).units).toBe(0)
  lab.write('data/pictures/c', 'second')
  expect((await lab.runMedia(more)).units).toBe(1)
  expect(lab.texts()).toEqual(['first', 'first', 'second', 'first'])
})

it('does not run in a pipeline, which would not notice that a file changed', async () => {
  const stage = new OperatorStage('image_shape_filter', {})
  await expect(stage.prepare()).rejects.toThrow(/reads files that samples name/)
})
