import { join } from 'node:path'
import { beforeAll } from 'vitest'
import { LocalExecutor } from '../../src/execution/local/local-executor.js'
import { loadChecksums } from '../../src/util/hash.js'
import { describeExecutor } from './executor-contract.js'

beforeAll(loadChecksums)

describeExecutor('the local', (job, slots) => {
  return new LocalExecutor(job, {
    workers: slots,
    stallMs: 60_000,
    memoryBytes: 1e9,
    logFolder: join(job.jobDir, 'logs'),
  })
})
