import { pipelineStatus } from '../engine/pipeline/pipeline-status.js'
import { plural } from '../util/format.js'

/** Prints how far a pipeline is. */
export async function showPipelineStatus(state: string, { json = false }: { readonly json?: boolean }): Promise<void> {
  const status = await pipelineStatus(state)
  if (json) {
    process.stdout.write(`${JSON.stringify(status)}\n`)
    return
  }
  const { name, total, complete, pending, failed, failedSources, stages } = status
  const lines = [
    `${name}: ${plural(total, 'source')} through ${stages.join(' → ')}`,
    `  complete  ${complete}`,
    `  pending   ${pending}`,
    `  failed    ${failed}`,
    ...failedSources.flatMap(({ name: source, attempts, failures }) => [
      `failed: ${source} (${plural(attempts, 'run')})`,
      ...failures
        .slice(0, 3)
        .map(({ stage, task, error }) => `  ${stage === '' ? 'source' : stage}, task ${task}: ${error}`),
    ]),
  ]
  process.stdout.write(`${lines.join('\n')}\n`)
}
