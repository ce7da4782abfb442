import { isPipeline } from '../jobs/refuse-pipeline.js'
import { JobDirectory } from '../state/job-directory.js'
import { traceDocument } from './trace-document.js'
import { traceSample } from './trace-sample.js'
import type { SampleTrace, WantedSample } from './trace-steps.js'

/** Traces a sample of a job, or a document of a pipeline. */
export async function traceOne(jobDir: string, wanted: WantedSample): Promise<SampleTrace> {
  return isPipeline(new JobDirectory(jobDir)) ? traceDocument(jobDir, wanted) : traceSample(jobDir, wanted)
}
