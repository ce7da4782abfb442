import type { Command } from 'commander'
import type { PlanDescription } from '../engine/describe-plan.js'
import { openRecipe } from '../engine/open-recipe.js'
import { planRecipe } from '../engine/plan-recipe.js'
import { formatBytes, formatCount } from '../util/format.js'
import { addRecipeOptions, type RecipeOptions } from './run.js'

const shownPartitions = 10

export function addPlanCommand(program: Command): void {
  const command = program
    .command('plan')
    .description('show operators, segments, barriers, checkpoints and partitions, and why')
    .option('--json', 'print it as JSON')
  addRecipeOptions(command).action(async (options: RecipeOptions & { json?: boolean }, { args }: Command) => {
    const { description, warnings } = await planRecipe(await openRecipe(options.config, args))
    for (const warning of warnings) process.stderr.write(`warning: ${warning}\n`)
    process.stdout.write(options.json ? `${JSON.stringify(description, null, 2)}\n` : `${planAsText(description)}\n`)
  })
}

function planAsText(plan: PlanDescription): string {
  const lines = ['Operators']
  for (const { index, name, params, is_barrier } of plan.operators) {
    lines.push(`  process[${index}] ${name}${is_barrier ? ' (barrier)' : ''} ${JSON.stringify(params)}`)
  }
  lines.push('', 'Segments')
  for (const { from_op, to_op, applies_barrier, ends_with, why } of plan.segments) {
    const operators = from_op === to_op ? 'no operators' : `process[${from_op}] to process[${to_op - 1}]`
    const applies = applies_barrier === null ? '' : `what ${applies_barrier} decided, `
    lines.push(`  ${applies}${operators}, ends with a ${ends_with}: ${why}`)
  }
  lines.push('', plan.checkpoints.length === 0 ? 'No optional checkpoints' : 'Checkpoints')
  for (const { after_op, operator, why } of plan.checkpoints)
    lines.push(`  after process[${after_op}] ${operator}: ${why}`)
  const { count, list, why } = plan.partitions
  lines.push('', `${formatCount(count)} partitions`, ...why.map(reason => `  ${reason}`))
  for (const { key, kind, estimated_bytes, slices } of list.slice(0, shownPartitions)) {
    lines.push(
      `  ${key}: about ${formatBytes(estimated_bytes)} in ${slices.length} slice${slices.length === 1 ? '' : 's'}${kind === 'pieces' ? ', committed in pieces' : ''}`,
    )
  }
  if (list.length > shownPartitions)
    lines.push(`  … and ${formatCount(list.length - shownPartitions)} more (--json shows all)`)
  const { path, format, compression } = plan.export
  lines.push('', `Export to ${path} (${format}${compression === 'none' ? '' : `, ${compression}`})`)
  return lines.join('\n')
}
