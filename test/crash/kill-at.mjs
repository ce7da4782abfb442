// Loaded before a run of the program: ends its process at the N-th step that changes what is on disk, before the step.
// PAWL_KILL_AT is `coordinator:12` or `worker:3`; each worker process counts for itself. With PAWL_POWER_CUT, the file
// system at that path is cut off first: what was not synced is lost, and all that comes later fails.
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

const [role, count] = (process.env.PAWL_KILL_AT ?? '').split(':')
const own = (process.argv[1] ?? '').includes('worker-main') ? 'worker' : 'coordinator'
if (role === own) {
  let left = Number(count)
  const step = () => {
    if (--left !== 0) return
    if (process.env.PAWL_POWER_CUT !== undefined) cutOff(process.env.PAWL_POWER_CUT)
    process.kill(process.pid, 'SIGKILL')
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

/** FS_IOC_SHUTDOWN without flushing the log. */
function cutOff(mount) {
  const code = `import fcntl, os, struct, sys
fd = os.open(sys.argv[1], os.O_RDONLY)
fcntl.ioctl(fd, 0x8004587d, struct.pack('i', 2))`
  spawnSync('python3', ['-c', code, mount])
}
