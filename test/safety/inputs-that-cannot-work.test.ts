import { spawnSync } from 'node:child_process'
import { linkSync, symlinkSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { surveyAll } from '../../src/execution/coordinator/dataset/open-dataset.js'
import { refuseLargeGroups } from '../../src/execution/coordinator/dataset/refuse-large-groups.js'
import { listInputs } from '../../src/io/list-inputs.js'
import { JobRig } from '../rig-job.js'

test.each([
  ['a hard link', linkSync],
  ['a symbolic link', symlinkSync],
])('two names of one file, %s, are refused with both, or two inputs where the recipe says so', async (_, link) => {
  const rig = new JobRig()
  rig.writeLines('data/a.jsonl', [{ text: 'one' }, { text: 'two' }])
  link(rig.path('data', 'a.jsonl'), rig.path('data', 'b.jsonl'))
  rig.recipe({ process: [] })
  const refused = await rig.runRecipe()
  expect(refused.code).toBe(2)
  expect(refused.stderr).toMatch(/b\.jsonl is the same file as \S+a\.jsonl and is listed twice.*duplicates: keep/)
  expect((await rig.runRecipe('--duplicates', 'keep')).code).toBe(0)
  expect(rig.exportedRows()).toEqual([{ text: 'one' }, { text: 'two' }, { text: 'one' }, { text: 'two' }])
})

test('a row group that no worker can hold is refused by name, with what to do', async () => {
  const { files } = await listInputs([resolve('test/io/fixtures/types-zstd.parquet')])
  const surveyed = await surveyAll(files)
  expect(() => refuseLargeGroups(surveyed, 1_024)).not.toThrow()
  const huge = surveyed.map(({ file, survey }) => ({
    file,
    survey: survey.kind === 'groups' ? { ...survey, groups: [survey.groups[0], { rows: 1, sizeBytes: 2e9 }] } : survey,
  }))
  expect(() => refuseLargeGroups(huge, 1_024)).toThrow(/row group 1 holds 2000 MB.*worker\.memory_mb to 4000/)
})

test('a disk that cannot hold the export is refused before any work, unless the recipe says to try', async ({
  skip,
}) => {
  const rig = new JobRig()
  rig.write('small/.keep', '')
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', rig.path('small')])
  if (mounted.status !== 0) skip('mounting a small file system needs root')
  try {
    rig.writeLines(
      'data/a.jsonl',
      Array.from({ length: 2_000 }, (_, id) => ({ id, text: `a text number ${id % 7} of some length` })),
    )
    rig.recipe({ process: [{ text_length_filter: { min_len: 1_000 } }], export_path: 'small/result.jsonl' })
    const refused = await rig.runRecipe()
    expect(refused).toMatchObject({ code: 2, stdout: '' })
    expect(refused.stderr).toMatch(/the export takes about .* has .* free: .*--ignore_disk true/)
    const tried = await rig.runRecipe('--ignore_disk', 'true')
    expect(tried.code).toBe(0)
    expect(tried.stderr).toMatch(/warning: the job writes about /)
  } finally {
    spawnSync('umount', [rig.path('small')])
  }
})
