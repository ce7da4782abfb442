// Loaded before a run of the program: ends its process at the N-th step that changes what is on disk, before the step.
// PAWL_KILL_AT is `coordinator:12` or `worker:3`; each worker process counts for itself.
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

const [role, count] = (process.env.PAWL_KILL_AT ?? '').split(':')
const own = (process.argv[1] ?? '').includes('worker-main') ? 'worker' : 'coordinator'
if (role === own) {
  let left = Number(count)
  const step = () => {
    if (--left === 0) process.kill(process.pid, 'SIGKILL')
  }
  for (const name of [
    'writeSync',
    'fsyncSync',
    'renameSync',
    'linkSync',
    'unlinkSync',
    'rmdirSync',
    'mkdirSync',
    'fdatasync',
  ]) {
    const original = fs[name]
    fs[name] = (...args) => {
      step()
      return original(...args)
    }
  }
  syncBuiltinESMExports()
}
