import { spawn } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { drawing } from '../drawn.js'
import { provision } from '../provision.js'
import { type Ended, JobRig } from '../rig-job.js'

const itDrawn = drawing(2)

const main = resolve('dist/cli/main.js')
const lease = { PAWL_LEASE_BEAT_MS: '100', PAWL_LEASE_EXPIRY_MS: '1500' }
const faketime = provision('faketime')
const unshare = provision('unshare')

/** An operator that waits at one sample until `gate/open` is there. */
const gated = (folder: string) => `
import { existsSync, writeFileSync } from 'node:fs'
import { defineMapper } from 'pawl'

export default defineMapper({ name: 'gated_mapper', summary: 'Waits.', params: {}, create: () => ({
  async map(sample) {
    if (sample.get('id') !== '3-5') return
    writeFileSync('${folder}/waiting-' + process.pid, '')
    while (!existsSync('${folder}/open')) await new Promise(done => setTimeout(done, 20))
  },
}) })
`

function makeRig(): JobRig {
  const rig = new JobRig()
  for (let file = 0; file < 4; file++)
    rig.writeLines(
      `data/part-${file}.jsonl`,
      Array.from({ length: 20 }, (_, n) => ({ id: `${file}-${n}`, text: `sample ${n % 7} of some file` })),
    )
  rig.write('gate/.keep', '')
  rig.write('gated.mjs', gated(rig.path('gate')))
  rig.recipe({
    np: 1,
    partition: { mode: 'manual', num_of_partitions: 4 },
    custom_operator_paths: ['gated.mjs'],
    process: ['gated_mapper', 'document_deduplicator'],
  })
  return rig
}

/** Starts the job under a command, such as one that changes what time it is. */
function startUnder(rig: JobRig, under: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const [command, ...args] = [...under, process.execPath, main, 'run', '--config', 'recipe.yaml']
  const child = spawn(command, args, {
    cwd: rig.folder,
    env: { ...process.env, ...lease, FAKETIME_DONT_FAKE_MONOTONIC: '1', ...env },
    detached: true,
  })
  const texts = { stdout: '', stderr: '' }
  child.stdout.on('data', chunk => (texts.stdout += String(chunk)))
  child.stderr.on('data', chunk => (texts.stderr += String(chunk)))
  const ended = new Promise<Ended>(done => child.once('close', (code, signal) => done({ code, signal, ...texts })))
  return { ended, signal: (name: NodeJS.Signals) => process.kill(-(child.pid as number), name) }
}

const isWaiting = (rig: JobRig) => readdirSync(rig.path('gate')).some(name => name.startsWith('waiting-'))

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await delay(20)
}

const expected = Array.from({ length: 7 }, (_, n) => ({ id: `0-${n}`, text: `sample ${n} of some file` }))

/** Opens the gate, and holds the end against what a quiet run gives. */
async function finish(rig: JobRig, run: { readonly ended: Promise<Ended> }): Promise<void> {
  rig.write('gate/open', '')
  expect(await run.ended).toMatchObject({ code: 0 })
  expect(rig.exportedRows()).toEqual(expected)
}

describe.skipIf(!faketime.isThere)('clocks', () => {
  it.each([
    ['back', '-40d'],
    ['ahead', '+40d'],
  ])('one that is set %s between two runs changes nothing: what is committed stays', async (_, shift) => {
    const rig = makeRig()
    const first = startUnder(rig, [])
    await until(() => isWaiting(rig) && rig.checkpoints('jobs', 'job') >= 3)
    first.signal('SIGKILL')
    await first.ended
    const second = startUnder(rig, ['faketime', '-f', shift])
    await finish(rig, second)
    expect((await second.ended).stdout).toContain(
      'Resuming job: nothing changed; 3 partitions go on from the checkpoint',
    )
  })

  itDrawn('processes whose clocks are days apart work on one job, and none robs the other', async () => {
    const rig = makeRig()
    const early = startUnder(rig, ['faketime', '-f', '-3d'])
    await until(() => isWaiting(rig))
    const late = startUnder(rig, ['faketime', '-f', '+3d'])
    await until(() => existsSync(rig.path('jobs/job/metadata/leases')) && hands(rig) === 2)
    // For longer than a lease takes to expire.
    await delay(2_500)
    await finish(rig, early)
    expect(await late.ended).toMatchObject({ code: 0 })
    expect(rig.events().some(({ event_type }) => event_type === 'lease_lost')).toBe(false)
  })
})

const hands = (rig: JobRig) =>
  readdirSync(rig.path('jobs/job/metadata/leases')).filter(name => /^process-.*\.1$/.test(name)).length

describe.skipIf(!unshare.isThere)('names', () => {
  itDrawn(
    'another host name and another namespace of process ids: a living holder is joined, a dead one is taken over',
    async () => {
      const rig = makeRig()
      const first = startUnder(rig, [
        'unshare',
        '--pid',
        '--fork',
        '--kill-child',
        '--mount-proc',
        '--uts',
        'sh',
        '-c',
        'hostname elsewhere; exec "$@"',
        'sh',
      ])
      await until(() => isWaiting(rig))
      const second = startUnder(rig, ['unshare', '--pid', '--fork', '--kill-child', '--mount-proc'])
      await until(() => hands(rig) === 2)
      await delay(2_500)
      expect(rig.events().filter(({ event_type }) => event_type === 'lease_lost')).toEqual([])
      first.signal('SIGKILL')
      await first.ended
      await finish(rig, second)
    },
  )
})

describe('signals and terminals', () => {
  itDrawn('SIGHUP stops the job in order, with 129, and it can be gone on with', async () => {
    const rig = makeRig()
    const first = startUnder(rig, [])
    await until(() => isWaiting(rig))
    first.signal('SIGHUP')
    expect(await first.ended).toMatchObject({ code: 129, stderr: expect.stringContaining('go on with') })
    expect(rig.summary().status).toBe('stopped')
    await finish(rig, startUnder(rig, []))
  })

  itDrawn('a job that is suspended for longer than a lease goes on where nobody took it', async () => {
    const rig = makeRig()
    const only = startUnder(rig, [])
    await until(() => isWaiting(rig))
    only.signal('SIGSTOP')
    await delay(2_500)
    only.signal('SIGCONT')
    await finish(rig, only)
  })

  itDrawn('a terminal that is closed stops the job in order', async () => {
    const rig = makeRig()
    // Runs the job in a terminal of its own, and closes that once a line comes in.
    const script =
      'import os, pty, sys\npid, fd = pty.fork()\nif pid == 0: os.execvp(sys.argv[1], sys.argv[1:])\nsys.stdin.readline()\nos.close(fd)\n_, status = os.waitpid(pid, 0)\nprint(os.waitstatus_to_exitcode(status))'
    const child = spawn('python3', ['-c', script, process.execPath, main, 'run', '--config', 'recipe.yaml'], {
      cwd: rig.folder,
      env: { ...process.env, ...lease },
    })
    let printed = ''
    child.stdout.on('data', chunk => (printed += String(chunk)))
    const ended = new Promise<void>(done => child.once('close', () => done()))
    await until(() => isWaiting(rig))
    child.stdin.write('\n')
    await ended
    expect(printed.trim()).toBe('129')
    expect(rig.summary().status).toBe('stopped')
    await finish(rig, startUnder(rig, []))
  })
})
