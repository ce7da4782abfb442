import { existsSync, readFileSync } from 'node:fs'
import type { Recipe } from '../config/recipe.js'
import type { InputFile } from '../core/partition.js'
import { latestPoint, type PartitionState, stageBase } from '../execution/scheduler/partition-state.js'
import type { JobFacts, PartitionReach } from '../planning/explain.js'
import type { OperatorPlan } from '../planning/stages.js'
import type { Ledger } from '../state/ledger.js'
import { version } from './version.js'

/** What of a recipe the next run is compared with. */
export function factsOf(recipe: Recipe, files: readonly InputFile[]): JobFacts {
  const {
    partition,
    checkpoint,
    intermediate_storage,
    export_path,
    export_shard_size,
    export_type,
    keep_stats_in_res_ds,
    keep_hashes_in_res_ds,
  } = recipe
  return {
    version,
    operators: recipe.operators,
    partition: flatten('partition', partition),
    storage: {
      ...flatten('checkpoint', checkpoint),
      ...flatten('intermediate_storage', intermediate_storage),
      export_path,
      export_shard_size,
      export_type,
      keep_stats_in_res_ds,
      keep_hashes_in_res_ds,
      max_sample_mb: recipe.max_sample_mb,
    },
    textKeys: recipe.text_keys,
    seed: recipe.seed,
    files,
  }
}

function flatten(name: string, settings: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(settings).map(([key, value]) => [`${name}.${key}`, value]))
}

export function readFacts(path: string): JobFacts | undefined {
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as { facts: JobFacts }).facts : undefined
}

/** How far the committed points of each partition reach. */
export function reachesOf(plan: OperatorPlan, ledger: Ledger, states: readonly PartitionState[]): PartitionReach[] {
  return states.map(state => {
    for (const stage of [...plan.stages].reverse()) {
      if (stageBase(plan, state, stage) === undefined) continue
      const point = latestPoint(plan, ledger, state, stage, stage.to)
      if (point !== undefined) return { done: point.opsDone, isFinished: point.opsDone === plan.operators.length }
    }
    return { done: undefined, isFinished: false }
  })
}
