import { join, resolve } from 'node:path'
import { LocalExecutor } from '../../src/execution/local/local-executor.js'
import { processes } from '../processes.js'
import { describeExecutor } from './executor-contract.js'

const limits = { stallMs: 60_000, memoryBytes: 1e9 }

describeExecutor({
  name: 'the local',
  open: (job, slots) => new LocalExecutor(job, { workers: slots, ...limits, logFolder: join(job.jobDir, 'logs') }),
  module: () => `
import { LocalExecutor } from ${JSON.stringify(resolve('dist/tooling.js'))}
export const open = (job, workers) =>
  new LocalExecutor(job, { workers, ...${JSON.stringify(limits)}, logFolder: job.jobDir + '/logs' })
`,
  hasWorkers: pid =>
    processes().some(
      ({ command }) => command.some(part => part.endsWith('worker-main.js')) && command.at(-1) === String(pid),
    ),
})
