#!/usr/bin/env node
import { version } from '../engine/version.js'
import { enableCompileCache } from '../util/compile-cache.js'

// A reader that goes away (`| head`), or a full disk behind `>`, ends the telling, not the job.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', error => {
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error
  })
}

/** A shell may stand in a folder that somebody removed; nothing can be found from there. */
function isSomewhere(): boolean {
  try {
    process.cwd()
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return false
  }
}

const [first, ...rest] = process.argv.slice(2)
const asksForVersion = rest.length === 0 && ['--version', '-v', '-V', 'version'].includes(first)
if (asksForVersion) process.stdout.write(`${version}\n`)
else if (!isSomewhere()) {
  process.stderr.write(
    'error: the working directory was removed: cd to a folder that is there, and run the command again\n',
  )
  process.exitCode = 2
} else {
  enableCompileCache()
  const { runProgram } = await import('./program.js')
  await runProgram()
}
