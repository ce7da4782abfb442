import { existsSync, watch } from 'node:fs'
import { JobRig, type Running } from '../rig-job.js'

/** A mapper that waits at one sample until a file says go on, and fails on another. */
const gate = (rig: JobRig) => `
import { defineMapper } from 'pawl'
import { existsSync, writeFileSync, watch } from 'node:fs'
export default defineMapper({
  name: 'gate_mapper',
  summary: 'Waits.',
  params: {},
  create: (_, { textKey }) => ({
    async map(sample) {
      if (sample.text(textKey).endsWith('number 7')) throw new Error('the service was away')
      if (!sample.text(textKey).endsWith('number 200')) return
      const open = ${JSON.stringify(rig.path('gate', 'open'))}
      if (existsSync(open)) return
      writeFileSync(${JSON.stringify(rig.path('gate', 'waiting'))}, '')
      await new Promise(done => {
        const watcher = watch(${JSON.stringify(rig.path('gate'))}, () => { if (existsSync(open)) { watcher.close(); done() } })
        if (existsSync(open)) { watcher.close(); done() }
      })
    },
  }),
})
`

/** Signs of life come quickly, so that tests do not wait for them. */
export const quickBeats = { ...process.env, PAWL_LEASE_BEAT_MS: '100', PAWL_LEASE_EXPIRY_MS: '1500' }

/** A job of 300 samples in 6 partitions that stops at its 200th sample until `gate/open` is there. */
export function gatedRig(): JobRig {
  const rig = new JobRig()
  rig.writeLines(
    'data/a.jsonl',
    Array.from({ length: 300 }, (_, id) => ({ id, text: `a text that is long enough, number ${id}` })),
  )
  rig.write('gate/.keep', '')
  rig.write('ops.ts', gate(rig))
  rig.recipe({
    custom_operator_paths: ['ops.ts'],
    process: [{ text_length_filter: { min_len: 34 } }, 'gate_mapper'],
    partition: { mode: 'manual', num_of_partitions: 6 },
    worker: { retry_delay_s: 0.01 },
  })
  return rig
}

/** Starts the job and resolves once it stands at the gate. */
export async function startGated(rig: JobRig, env: NodeJS.ProcessEnv = quickBeats): Promise<Running> {
  const running = rig.startWith({ ...env, XDG_STATE_HOME: rig.path('state') }, 'run', '--config', 'recipe.yaml')
  await standsAtGate(rig)
  return running
}

/** Resolves once the job waits for `gate/open`. */
export function standsAtGate(rig: JobRig): Promise<void> {
  return appears(rig.path('gate'), rig.path('gate', 'waiting'))
}

function appears(folder: string, path: string): Promise<void> {
  return new Promise(done => {
    const watcher = watch(folder, () => {
      if (!existsSync(path)) return
      watcher.close()
      done()
    })
    if (existsSync(path)) {
      watcher.close()
      done()
    }
  })
}
