import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Lab } from './lab.js'

describe('removing', () => {
  it('is done by one function only', () => {
    const sources = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.ts'))
    const removing = sources.filter(name =>
      /\b(rm|rmSync|unlink|unlinkSync|rmdir|rmdirSync)\b *[(,}]/.test(readFileSync(join('src', name), 'utf8')),
    )
    expect(removing).toEqual(['util/remove.ts'])
    expect(readFileSync('src/util/remove.ts', 'utf8')).not.toContain('recursive')
  })
})

interface Refusal {
  readonly name: string
  readonly prepare: (lab: Lab) => void | Promise<void>
  readonly recipe: Readonly<Record<string, unknown>>
  readonly message: RegExp
}

const good = ['one good text', 'another good text']

const refusals: readonly Refusal[] = [
  {
    name: 'an older export lies where the job directory would be',
    prepare: lab => lab.write('outputs/demo/demo.jsonl', 'older work\n'),
    recipe: { export_path: 'outputs/demo/demo.jsonl', work_dir: null, job_id: 'demo' },
    message: /holds demo\.jsonl/,
  },
  {
    name: 'the job directory is a project folder with notes in it',
    prepare: lab => lab.write('project/notes.md', 'mine'),
    recipe: { export_path: 'project/out/result.jsonl', work_dir: 'project', job_id: 'project' },
    message: /project cannot become the directory of job project: it holds notes\.md/,
  },
  {
    name: 'the job directory holds an input',
    prepare: lab => lab.writeTexts('project/in.jsonl', good),
    recipe: { dataset_path: 'project/in.jsonl', work_dir: 'project', job_id: 'project' },
    message: /the job directory .*project holds the input/,
  },
  {
    name: 'the metadata of a job was deleted to start again, and raw data lies beside it',
    prepare: async lab => {
      expect((await lab.run({ work_dir: 'exp1', job_id: 'exp1' })).error).toBeUndefined()
      lab.write('exp1/raw/data.bin', 'raw')
      rmSync(lab.path('exp1', 'metadata'), { recursive: true })
      rmSync(lab.path('out'), { recursive: true })
    },
    recipe: { work_dir: 'exp1', job_id: 'exp1' },
    message: /it holds raw/,
  },
  {
    name: 'a folder called metadata is somebody else’s',
    prepare: lab => lab.write('jobs/job/metadata/catalogue.xml', '<mine/>'),
    recipe: {},
    message: /it holds metadata\/catalogue\.xml/,
  },
  {
    name: 'the input cannot be read',
    prepare: lab => {
      lab.write('data/broken.parquet', 'no parquet')
      lab.write('jobs/job/logs/.keep-me', '')
    },
    recipe: {},
    message: /broken\.parquet/,
  },
  {
    name: 'another program wrote the export',
    prepare: lab => lab.write('out/result.jsonl', 'not ours\n'),
    recipe: {},
    message: /was not written by the job/,
  },
  {
    name: 'a folder of others stands where shards would go',
    prepare: lab => lab.write('out/result/theirs.txt', 'x'),
    recipe: { export_path: 'out/result', export_shard_size: 1000 },
    message: /was not written by the job/,
  },
]

describe('a refused job', () => {
  it.each(refusals)('changes nothing where $name', async ({ prepare, recipe, message }) => {
    const lab = new Lab()
    lab.writeTexts('data/a.jsonl', good)
    await prepare(lab)
    const isSeen = (name: string) => name !== 'recipe.yaml'
    const before = lab.manifest('.', isSeen)
    const { error } = await lab.run(recipe)
    expect(error?.message).toMatch(message)
    expect(lab.manifest('.', isSeen)).toEqual(before)
  })

  it('may overwrite the export that stands in its directory, and nothing else that does', async () => {
    const lab = new Lab()
    lab.writeTexts('data/a.jsonl', good)
    const recipe = { export_path: 'outputs/demo/demo.jsonl', work_dir: null, job_id: 'demo', overwrite: true }
    lab.write('outputs/demo/demo.jsonl', 'older work\n')
    lab.write('outputs/demo/notes.md', 'mine')
    expect((await lab.run(recipe)).error?.message).toContain('it holds notes.md')
    rmSync(lab.path('outputs/demo/notes.md'))
    expect((await lab.run(recipe)).error).toBeUndefined()
    expect(lab.texts('outputs/demo/demo.jsonl')).toEqual(good)
    const aside = lab.files('outputs/demo').find(name => name.startsWith('demo.jsonl.set-aside-'))
    expect(lab.read(`outputs/demo/${aside}`)).toBe('older work\n')
  })

  it('keeps the work of a finished job of which a part is lost', async () => {
    const lab = new Lab()
    lab.write('data/a.jsonl', '{"text":"one good text"}\n{"text":"bad\n{"text":"another good text"}\n')
    expect((await lab.run({})).error).toBeUndefined()
    for (const name of lab.files('jobs/job/quarantine')) rmSync(lab.path('jobs/job/quarantine', name))
    const { error, units } = await lab.run({})
    expect(error).toBeUndefined()
    expect(units).toBe(1)
    expect(lab.texts()).toEqual(good)
    expect(lab.files('jobs/job/quarantine')).toContain('quarantine.jsonl')
  })
})
