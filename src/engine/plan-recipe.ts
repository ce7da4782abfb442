import { openDataset } from '../execution/dataset/open-dataset.js'
import { type PinnedCut, usableCut } from '../execution/dataset/pinned-cut.js'
import { planOperators } from '../planning/stages.js'
import { JobDirectory } from '../state/job-directory.js'
import { readOwnFile } from '../state/own-file.js'
import { usableCores } from '../util/cpu.js'
import { loadChecksums } from '../util/hash.js'
import { describePlan, type PlanDescription } from './describe-plan.js'
import { openInput } from './open-input.js'
import type { OpenRecipe } from './open-recipe.js'
import { planReuse, type ReusePlan } from './plan-reuse.js'
import { cutSettingsOf } from './prepare-job.js'

/** What running a recipe would do, and why. Reads a little of the input and writes nothing. */
export async function planRecipe({ recipe }: OpenRecipe): Promise<{
  description: PlanDescription & { readonly reuse: ReusePlan | null }
  warnings: readonly string[]
}> {
  await loadChecksums()
  const { settings, listing } = await openInput(recipe)
  const recorded = readOwnFile<PinnedCut>(new JobDirectory(recipe.jobDir).cut)
  const pinned = usableCut(recorded, cutSettingsOf(recipe))
  const { cut, warnings } = await openDataset(recipe, listing, pinned, usableCores())
  const plan = planOperators(recipe.operators, recipe.checkpoint, recipe.keep_hashes_in_res_ds)
  const reuse = planReuse(recipe, plan, cut) ?? null
  return {
    description: { ...describePlan(recipe, plan, cut, settings), reuse },
    warnings: [...recipe.warnings, ...warnings],
  }
}
