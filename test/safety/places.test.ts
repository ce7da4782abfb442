import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Lab } from './lab.js'

describe('a place where nothing can be written', () => {
  it.each([
    [
      'the folder of the export is a file',
      { export_path: 'a-file/out.jsonl' },
      /export_path: .*a-file is a file and no folder/,
    ],
    ['the job would lie in a file', { work_dir: 'a-file' }, /the job directory: .*a-file is a file and no folder/],
    ['checkpoints would lie behind a link to itself', { checkpoint_dir: 'loop/x' }, /checkpoint_dir: .*loop/],
    ['a path holds a NUL', { export_path: 'out/a\0b.jsonl' }, /export_path .* holds a NUL character/],
  ])('is refused before any work: %s', async (_, recipe, message) => {
    const lab = new Lab()
    lab.writeTexts('data/a.jsonl', ['a text'])
    lab.write('a-file', 'no folder')
    execFileSync('ln', ['-s', 'loop', lab.path('loop')])
    const { error } = await lab.run(recipe)
    expect(error?.name).toBe('RecipeError')
    expect(error?.message).toMatch(message)
    expect(existsSync(lab.path('jobs'))).toBe(false)
  })

  it('is refused in /proc, where folders cannot be made', () => {
    const lab = new Lab()
    lab.writeTexts('data/a.jsonl', ['a text'])
    const main = resolve('dist', 'cli', 'main.js')
    const args = [main, 'run', '--dataset_path', lab.path('data'), '--export_path', '/proc/new/out.jsonl']
    const { status, stderr } = spawnSync(process.execPath, args, { cwd: lab.folder, encoding: 'utf8', timeout: 20_000 })
    expect(status).toBe(2)
    expect(stderr).toContain('/proc/new is no place for files')
  })

  it('is told when it is the working directory, which somebody removed', () => {
    const lab = new Lab()
    mkdirSync(lab.path('gone'))
    const main = resolve('dist', 'cli', 'main.js')
    const command = `cd ${lab.path('gone')} && rmdir ${lab.path('gone')} && exec ${process.execPath} ${main} run r.yaml`
    const { status, stderr } = spawnSync('sh', ['-c', command], { encoding: 'utf8' })
    expect(status).toBe(2)
    expect(stderr).toContain('the working directory was removed')
    expect(stderr).not.toContain('    at ')
  })
})
