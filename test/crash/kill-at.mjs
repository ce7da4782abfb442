// Loaded before a run of the program: does something to its process at the N-th step that changes what is on disk, before
// or after the step. Each is given as `coordinator:12` or `worker:3`; each worker process counts for itself.
//   PAWL_KILL_AT   ends it. With PAWL_POWER_CUT, the file system at that path is cut off first: what was not synced is
//                  lost, and all that comes later fails.
//   PAWL_STOP_AT   suspends it, until somebody wakes it; `coordinator:12:after` does so once the step is done.
//   PAWL_LOSE      of every so many links that were made, the answer to one is lost: asked again, it says that the name is taken;
//                  `4:EIO` says that the disk failed.
//   PAWL_LATE      what other processes do below the current folder is seen up to so many milliseconds late (late-reader.mjs).

import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { seeLate } from './late-reader.mjs'

const own = (process.argv[1] ?? '').includes('worker-main') ? 'worker' : 'coordinator'

/** Counts down to a step of this process; does nothing where the step is another's. */
function counter(setting, act) {
  const [role, count, side = 'before'] = (setting ?? '').split(':')
  let left = role === own ? Number(count) : 0
  return {
    before: () => side === 'before' && --left === 0 && act(),
    after: () => side === 'after' && --left === 0 && act(),
  }
}

const kill = counter(process.env.PAWL_KILL_AT, () => {
  if (process.env.PAWL_POWER_CUT !== undefined) cutOff(process.env.PAWL_POWER_CUT)
  process.kill(process.pid, 'SIGKILL')
})
const stop = counter(process.env.PAWL_STOP_AT, () => process.kill(process.pid, 'SIGSTOP'))

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
    kill.before()
    stop.before()
    const result = original(...args)
    stop.after()
    return result
  }
}

const [often, code = 'EEXIST'] = (process.env.PAWL_LOSE ?? '0').split(':')
const loseEvery = Number(often)
if (loseEvery > 0) {
  const { linkSync } = fs
  let links = 0
  fs.linkSync = (from, to) => {
    linkSync(from, to)
    if (++links % loseEvery === 0)
      throw Object.assign(new Error(`${code}: the answer was lost`), {
        code,
        syscall: 'link',
        path: from,
        dest: to,
      })
  }
}
if (process.env.PAWL_LATE !== undefined) seeLate(fs, { root: process.cwd(), lateMs: Number(process.env.PAWL_LATE) })
syncBuiltinESMExports()

/** FS_IOC_SHUTDOWN without flushing the log. */
function cutOff(mount) {
  const code = `import fcntl, os, struct, sys
fd = os.open(sys.argv[1], os.O_RDONLY)
fcntl.ioctl(fd, 0x8004587d, struct.pack('i', 2))`
  spawnSync('python3', ['-c', code, mount])
}
