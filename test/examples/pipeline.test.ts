import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { JobRig } from '../rig-job.js'

const run = promisify(execFile)

describe('examples/pipeline', () => {
  it('runs, and has nothing to do a second time', async () => {
    const rig = new JobRig()
    cpSync(resolve('examples'), rig.path('examples'), { recursive: true })
    mkdirSync(rig.path('node_modules'))
    symlinkSync(resolve('.'), rig.path('node_modules', 'pawl'))
    const args = [
      resolve('dist/cli/main.js'),
      'pipeline',
      'run',
      'examples/pipeline/curate.ts',
      '--checkpoint_path',
      'state',
    ]
    const first = await run(process.execPath, args, { cwd: rig.folder })
    expect(first.stdout).toMatch(/^Starting curate: 8 sources/)
    expect(readdirSync(rig.path('outputs/pipeline'))).toHaveLength(8)
    const again = await run(process.execPath, args, { cwd: rig.folder })
    expect(again.stdout).toContain('Nothing to do: 8 sources complete')
  })
})
