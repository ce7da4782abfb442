import { execFile } from 'node:child_process'
import { cpSync } from 'node:fs'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { provision } from './provision.js'
import { JobRig } from './rig-job.js'

const exec = promisify(execFile)
const other = provision('node')
const main = resolve('dist', 'cli', 'main.js')

/** Runs the program on a version of Node. */
const runOn = (node: string, rig: JobRig, ...args: string[]) =>
  exec(node, [main, 'run', 'examples/quickstart.yaml', ...args], { cwd: rig.folder })

function makeRig(): JobRig {
  const rig = new JobRig()
  cpSync(resolve('examples'), rig.path('examples'), { recursive: true })
  return rig
}

describe.skipIf(!other.isThere)('the oldest and the current long-term release of Node', () => {
  const versions = [process.execPath, process.env['PAWL_TEST_NODE'] as string]

  it('are two versions', async () => {
    const [a, b] = await Promise.all(versions.map(node => exec(node, ['--version'])))
    expect(Number.parseInt(b.stdout.slice(1), 10)).toBeGreaterThan(Number.parseInt(a.stdout.slice(1), 10))
  })

  it.each(['jsonl', 'jsonl.gz', 'jsonl.zst', 'parquet', 'arrow'])('write the same bytes as .%s', async suffix => {
    const written = await Promise.all(
      versions.map(async node => {
        const rig = makeRig()
        await runOn(node, rig, '--export_path', `out/result.${suffix}`, '--np', '1')
        return rig.bytes('out', `result.${suffix}`)
      }),
    )
    expect(written[0].length).toBeGreaterThan(100_000)
    expect(written[0].equals(written[1])).toBe(true)
  })

  it('finish what the other began', async () => {
    const whole = makeRig()
    await runOn(versions[0], whole)
    for (const [first, second] of [versions, versions.toReversed()]) {
      const rig = makeRig()
      const begun = execFile(first, [main, 'run', 'examples/quickstart.yaml', '--np', '1'], { cwd: rig.folder })
      // The first of them is committed by then.
      while (rig.checkpoints('outputs', 'quickstart') < 3) await new Promise(done => setImmediate(done))
      begun.kill('SIGKILL')
      await new Promise(done => begun.once('close', done))
      const { stdout } = await runOn(second, rig)
      expect(stdout).toMatch(/Resuming quickstart: nothing changed; .*from the checkpoint/)
      expect(rig.read('outputs', 'quickstart', 'curated.jsonl')).toBe(
        whole.read('outputs', 'quickstart', 'curated.jsonl'),
      )
    }
  })
})
