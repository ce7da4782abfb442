import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { QuarantinedSample } from '../../src/inspect/quarantine.js'
import { PipelineRig } from './rig.js'

/** A modifier that needs a service: it is away as long as there is a file `away`, and texts of one word never need it. */
const program = `
import { JsonlReader, JsonlWriter, Modify, OperatorStage, Pipeline } from 'pawl'
import { Ask } from './parts.mjs'
export default new Pipeline({ name: 'asks' })
  .addStage(new JsonlReader({ filePaths: 'input' }))
  .addStage(new Modify(new Ask()))
  .addStage(new OperatorStage('document_deduplicator'))
  .addStage(new JsonlWriter({ path: 'output' }))
`

const parts = `
import { existsSync } from 'node:fs'
import { defineDocumentModifier } from 'pawl'
export const Ask = defineDocumentModifier({ module: import.meta.url, name: 'Ask', options: {}, create: () => ({
  modifyDocument(text) {
    if (text.includes(' ') && existsSync('away')) throw new Error('the service was away')
    return text.toUpperCase()
  } }) })
`

function askingRig(): PipelineRig {
  const rig = new PipelineRig()
  rig.writeDocuments('input/a.jsonl', 4, 'a')
  rig.writeDocuments('input/b.jsonl', 1, 'b')
  rig.write('parts.mjs', parts)
  rig.write('asks.mjs', program)
  return rig
}

it('what a pipeline set aside is listed, shown and exported, and after a fix replayed into its place, exactly once', async () => {
  const rig = askingRig()
  const run = (...more: string[]) => rig.cli('pipeline', 'run', 'asks.mjs', '--checkpoint_path', 'jobs/asks', ...more)
  rig.write('away', '')
  expect(await run()).toMatchObject({ code: 0 })
  expect([rig.ids('output/a.jsonl'), rig.ids('output/b.jsonl')]).toEqual([['a-0'], []])

  const list = await rig.cli('quarantine', 'list', 'jobs/asks')
  expect([list.code, list.stdout]).toEqual([
    0,
    expect.stringMatching(/^Modify .* 3 +the service was away +\S+a\.jsonl:2$/m),
  ])
  const shown = (await rig.cli('quarantine', 'show', 'jobs/asks')).stdout.trim().split('\n')
  expect(shown.map(line => JSON.parse(line) as QuarantinedSample).map(({ line }) => line)).toEqual([2, 3, 4])
  expect((await rig.cli('quarantine', 'export', 'jobs/asks', '--to', 'aside.jsonl')).code).toBe(0)
  expect(rig.ids('aside.jsonl')).toEqual(['a-1', 'a-2', 'a-3'])
  const refused = await rig.cli('quarantine', 'replay', 'jobs/asks')
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('--replay-quarantined')])

  // What the barrier decides on is kept: a place to go on from.
  const checkpoints = await rig.cli('checkpoint', 'list', 'jobs/asks')
  expect([checkpoints.code, checkpoints.stdout]).toEqual([0, expect.stringMatching(/^stage\[\d\] Modify +2\/2 /m)])
  const written = await rig.cli('checkpoint', 'export', 'jobs/asks', '--after', 'Modify', '--to', 'behind.jsonl')
  expect([written.code, rig.ids('behind.jsonl')]).toEqual([0, ['a-0', 'b-0']])
  const nowhere = await rig.cli('checkpoint', 'export', 'jobs/asks', '--after', 'Modified', '--to', 'x.jsonl')
  expect([nowhere.code, nowhere.stderr]).toEqual([2, expect.stringContaining('there is no stage Modified')])

  // It is still away: nothing is lost, and nothing is there twice.
  expect((await run('--replay-quarantined')).code).toBe(0)
  expect((await rig.cli('quarantine', 'show', 'jobs/asks')).stdout.trim().split('\n')).toHaveLength(3)
  rmSync(rig.path('away'))
  const back = await run()
  expect(back.stdout).toContain('Nothing to do')
  expect((await run('--replay-quarantined')).code).toBe(0)
  expect([rig.ids('output/a.jsonl'), rig.ids('output/b.jsonl')]).toEqual([['a-0', 'a-1', 'a-2', 'a-3'], []])
  expect((await rig.cli('quarantine', 'list', 'jobs/asks')).stdout).toBe('Nothing was set aside.\n')
  expect((await run()).stdout).toContain('Nothing to do')

  // The job is found from anywhere, as those of recipes are.
  const jobs = await rig.cli('jobs', '--all', '--json')
  expect(jobs.stdout).toContain(JSON.stringify(join(rig.folder, 'jobs', 'asks')).slice(1, -1))
})
