import { isDeepStrictEqual } from 'node:util'
import { stringify } from 'yaml'
import type { PlanDescription } from '../engine/describe-plan.js'
import type { OpenRecipe } from '../engine/open-recipe.js'
import { planRecipe } from '../engine/plan-recipe.js'
import type { OperatorReuse, ReusePlan } from '../engine/plan-reuse.js'
import type { DiskNeeds } from '../planning/estimate-disk.js'
import { formatBytes, formatCount, formatDuration, plural } from '../util/format.js'

const shownPartitions = 10

/** Prints what running a recipe would do. */
export async function showPlan(open: OpenRecipe, { json = false }: { readonly json?: boolean }): Promise<void> {
  const { description, warnings } = await planRecipe(open)
  for (const warning of warnings) process.stderr.write(`warning: ${warning}\n`)
  const text = json ? JSON.stringify(description, null, 2) : await planAsText(description, open)
  process.stdout.write(`${text}\n`)
}

async function planAsText(
  plan: PlanDescription & { readonly disk: DiskNeeds; readonly reuse: ReusePlan | null },
  open: OpenRecipe,
): Promise<string> {
  const lines = [...startLines(plan), 'Operators']
  for (const { index, name, params, is_barrier } of plan.operators) {
    const reuse = plan.reuse?.operators[index]
    lines.push(
      `  process[${index}] ${name}${is_barrier ? ' (barrier)' : ''}${reuse === undefined ? '' : `: ${reuseText(reuse)}`}`,
    )
    lines.push(...(await ownParams(open, name, params as Readonly<Record<string, unknown>>)).map(line => `    ${line}`))
  }
  lines.push('', 'Segments', ...plan.segments.map(segmentText))
  lines.push('', plan.checkpoints.length === 0 ? 'No optional checkpoints' : 'Checkpoints')
  for (const { after_op, operator, why } of plan.checkpoints)
    lines.push(`  after process[${after_op}] ${operator}: ${why}`)
  lines.push('', ...partitionLines(plan.partitions))
  const { path, format, compression } = plan.export
  lines.push('', `Export to ${path} (${format}${compression === 'none' ? '' : `, ${compression}`})`)
  const { checkpoints, copies, export: exported } = plan.disk
  const copied = copies > 0 ? `, copies of the input ${formatBytes(copies)}` : ''
  lines.push(
    `Disk: checkpoints about ${formatBytes(checkpoints)}${copied}, export about ${formatBytes(exported)}, if nothing is dropped`,
  )
  return lines.join('\n')
}

/** What becomes of a job that exists, before the rest. */
function startLines({ job_id, reuse }: { readonly job_id: string; readonly reuse: ReusePlan | null }): string[] {
  if (reuse === null) return [`A new job, ${job_id}`, '']
  const { changes, reuse: what, estimated_ms } = reuse
  const time =
    estimated_ms === null
      ? 'not known, as nothing was measured yet'
      : estimated_ms === 0
        ? 'none for the operators'
        : `about ${formatDuration(estimated_ms)} for the operators, by what they took so far`
  return [
    `Job ${job_id} exists: ${changes.length === 0 ? 'nothing changed' : changes.join('; ')}`,
    `  ${what}`,
    `  time left: ${time}`,
    '',
  ]
}

function reuseText({ reused_partitions: reused, redone_partitions: redone, why, estimated_ms }: OperatorReuse): string {
  if (redone === 0) return `reused in ${plural(reused, 'partition')}`
  const time = estimated_ms === null ? 'never measured' : `about ${formatDuration(estimated_ms)} of work`
  const kept = reused === 0 ? '' : `, reused in ${formatCount(reused)}`
  return `to be done in ${plural(redone, 'partition')}${kept}, ${time}: ${why}`
}

/** The parameters that differ from the operator's defaults, as they stand in a recipe. */
async function ownParams(
  { catalog }: OpenRecipe,
  name: string,
  params: Readonly<Record<string, unknown>>,
): Promise<string[]> {
  const { shape } = (await catalog.load(name)).params
  const own = Object.entries(params).filter(([key, value]) => {
    const preset = shape[key]?.safeParse(undefined)
    return value !== undefined && !(preset?.success && isDeepStrictEqual(preset.data, value))
  })
  if (own.length === 0) return []
  return stringify(Object.fromEntries(own), { lineWidth: 0 }).trimEnd().split('\n')
}

function segmentText({ from_op, to_op, applies_barrier, ends_with, why }: PlanDescription['segments'][number]): string {
  const operators = from_op === to_op ? 'no operators' : `process[${from_op}] to process[${to_op - 1}]`
  const applies = applies_barrier === null ? '' : `what ${applies_barrier} decided, `
  return `  ${applies}${operators}, ends with a ${ends_with}: ${why}`
}

function partitionLines({ count, list, why }: PlanDescription['partitions']): string[] {
  const lines = [`${formatCount(count)} partition${count === 1 ? '' : 's'}`, ...why.map(reason => `  ${reason}`)]
  for (const { key, kind, estimated_bytes, slice_count } of list.slice(0, shownPartitions)) {
    const pieces = kind === 'pieces' ? ', committed in pieces' : ''
    const size = `about ${formatBytes(estimated_bytes)} in ${plural(slice_count, 'slice')}`
    lines.push(`  ${key}: ${size}${pieces}`)
  }
  if (count > shownPartitions)
    lines.push(
      `  … and ${formatCount(count - shownPartitions)} more (--json shows ${count > list.length ? `the first ${formatCount(list.length)}` : 'all'})`,
    )
  return lines
}
