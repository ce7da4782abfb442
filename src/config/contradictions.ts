import { problemAt, type Sources } from './problems.js'
import type { RecipeProblem } from './recipe-error.js'
import type { RecipeValues } from './recipe-schema.js'

/** What a worker takes before it has read anything. */
const idleMegabytes = 64
/** A record is held as bytes, in a buffer that grew to it, and as the text that operators see. */
const copies = 4

/** Values that are sound alone and can never work together. */
export function findContradictions(values: RecipeValues, sources: Sources): RecipeProblem[] {
  const problems: RecipeProblem[] = []
  const { checkpoint, worker, max_sample_mb: sample } = values
  if (checkpoint.enabled && checkpoint.strategy === 'manual' && checkpoint.op_names.length === 0) {
    const message =
      'checkpoint.strategy: manual places checkpoints after the operators that checkpoint.op_names lists, and it lists none; name some, or use disabled'
    problems.push(problemAt(['checkpoint', 'strategy'], message, sources))
  }
  const most = Math.floor((worker.memory_mb - idleMegabytes) / copies)
  const isGiven = sources.overridden.values['max_sample_mb'] != null
  if (isGiven && sample > most) {
    const needed = Math.ceil(sample * copies + idleMegabytes)
    const message = `max_sample_mb: a worker with ${worker.memory_mb} MB (worker.memory_mb) cannot hold records of ${sample} MB; at most ${most} fit, or set worker.memory_mb to ${needed} or more`
    problems.push(problemAt(['max_sample_mb'], message, sources))
  }
  return problems
}
