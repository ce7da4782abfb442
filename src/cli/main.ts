#!/usr/bin/env node
import { version } from '../engine/version.js'
import { enableCompileCache } from '../util/compile-cache.js'

// A reader that goes away (`| head`) ends the telling, not the job.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', error => {
    if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error
  })
}

const [first, ...rest] = process.argv.slice(2)
const asksForVersion = rest.length === 0 && ['--version', '-v', '-V', 'version'].includes(first)
if (asksForVersion) process.stdout.write(`${version}\n`)
else {
  enableCompileCache()
  const { runProgram } = await import('./program.js')
  await runProgram()
}
