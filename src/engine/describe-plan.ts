import type { Recipe } from '../config/recipe.js'
import type { DatasetCut } from '../core/partition.js'
import type { ExportSettings } from '../execution/coordinator/export/export-form.js'
import type { OperatorPlan } from '../planning/reaches.js'

/** Partitions that are listed, and slices of each: enough to see how the input is cut, and never a file that grows with it. */
const listedPartitions = 1000
const listedSlices = 10

/** `dag_execution_plan.json`: operators, segments, barriers, checkpoints, the first partitions, and why. Sizes in bytes. */
export interface PlanDescription {
  readonly job_id: string
  readonly operators: readonly {
    readonly index: number
    readonly name: string
    readonly version: string
    readonly params: unknown
    readonly is_barrier: boolean
  }[]
  readonly segments: readonly {
    readonly from_op: number
    readonly to_op: number
    readonly applies_barrier: string | null
    readonly ends_with: 'checkpoint' | 'barrier' | 'finished partition'
    readonly why: string
  }[]
  readonly checkpoints: readonly { readonly after_op: number; readonly operator: string; readonly why: string }[]
  readonly partitions: {
    readonly count: number
    readonly why: readonly string[]
    /** The first 1,000 of them. */
    readonly list: readonly {
      readonly key: string
      readonly kind: string
      readonly estimated_bytes: number
      readonly slice_count: number
      /** The first 10 of them. */
      readonly slices: readonly unknown[]
    }[]
  }
  readonly export: {
    readonly path: string
    readonly format: string
    readonly compression: string
    readonly shard_bytes: number
  }
}

export function describePlan(
  recipe: Recipe,
  plan: OperatorPlan,
  { cut, exporting }: { readonly cut: DatasetCut; readonly exporting: ExportSettings },
): PlanDescription {
  return {
    job_id: recipe.jobId,
    operators: plan.operators.map(({ name, version, params, isBarrier }, index) => ({
      index,
      name,
      version,
      params,
      is_barrier: isBarrier,
    })),
    segments: describeSegments(plan),
    checkpoints: plan.checkpoints.map(done => ({
      after_op: done - 1,
      operator: plan.operators[done - 1].name,
      why: whyCheckpoint(recipe, plan, done),
    })),
    partitions: {
      count: cut.partitions.length,
      why: cut.reasons,
      list: cut.partitions.slice(0, listedPartitions).map(({ key, kind, estimatedBytes, slices }) => ({
        key,
        kind,
        estimated_bytes: estimatedBytes,
        slice_count: slices.length,
        slices: slices.slice(0, listedSlices),
      })),
    },
    export: {
      path: exporting.target,
      format: exporting.format,
      compression: exporting.compression,
      shard_bytes: exporting.shardBytes,
    },
  }
}

function describeSegments({ reaches, checkpoints, operators }: OperatorPlan): PlanDescription['segments'] {
  return reaches.flatMap(reach => {
    const cuts = checkpoints.filter(done => done > reach.from && done < reach.to)
    const starts = [reach.from, ...cuts]
    const ends = [...cuts, reach.to]
    return starts.map((from, index) => {
      const isLast = index === ends.length - 1
      const barrier = reach.signs === undefined ? undefined : operators[reach.signs].name
      const applies = index === 0 && reach.applies !== undefined ? operators[reach.applies].name : null
      if (!isLast)
        return {
          from_op: from,
          to_op: ends[index],
          applies_barrier: applies,
          ends_with: 'checkpoint' as const,
          why: 'a checkpoint follows',
        }
      if (barrier === undefined)
        return {
          from_op: from,
          to_op: reach.to,
          applies_barrier: applies,
          ends_with: 'finished partition' as const,
          why: 'the recipe ends',
        }
      return {
        from_op: from,
        to_op: reach.to,
        applies_barrier: applies,
        ends_with: 'barrier' as const,
        why: `${barrier} needs all partitions`,
      }
    })
  })
}

function whyCheckpoint({ checkpoint }: Recipe, { operators }: OperatorPlan, done: number): string {
  if (!operators[done - 1].isDeterministic) return 'the operator is not deterministic'
  if (checkpoint.strategy === 'every_n_ops') return `every_n_ops, n_ops ${checkpoint.n_ops}`
  return checkpoint.strategy
}
