import { openDataset } from '../execution/coordinator/dataset/open-dataset.js'
import { filesOf, readPinnedCut, usableCut } from '../execution/coordinator/dataset/pinned-cut.js'
import type { DiskNeeds } from '../planning/estimate-disk.js'
import { planOperators } from '../planning/reaches.js'
import { LedgerIndex } from '../state/ledger-index.js'
import { usableCores } from '../util/cpu.js'
import { checkDisk } from './check-disk.js'
import { describePlan, type PlanDescription } from './describe-plan.js'
import { cutSettingsOf } from './find-input.js'
import { directoryOf } from './job-facts.js'
import { openInput } from './open-input.js'
import type { OpenRecipe } from './open-recipe.js'
import { planReuse, type ReusePlan } from './plan-reuse.js'

/** What running a recipe would do, and why. Reads a little of the input and writes nothing. */
export async function planRecipe({ recipe }: OpenRecipe): Promise<{
  description: PlanDescription & { readonly disk: DiskNeeds; readonly reuse: ReusePlan | null }
  warnings: readonly string[]
}> {
  const directory = directoryOf(recipe)
  const recorded = readPinnedCut(directory)
  const { settings, listing } = await openInput(recipe, filesOf(recorded))
  const pinned = usableCut(recorded, cutSettingsOf(recipe))
  const { cut, warnings } = await openDataset(recipe, listing, { pinned, cores: usableCores() })
  const plan = planOperators(recipe.operators, recipe.checkpoint, recipe.keep_hashes_in_res_ds)
  const reuse = (await planReuse(recipe, { plan, cut, before: filesOf(recorded) })) ?? null
  const ledger = LedgerIndex.read(directory.ledger, directory.exports, directory.roots)
  const disk = checkDisk(recipe, { cut, exporting: settings, ledger })
  ledger.close()
  return {
    description: { ...describePlan(recipe, plan, { cut, exporting: settings }), disk: disk.needs, reuse },
    warnings: [...recipe.warnings, ...warnings, ...(disk.warning === undefined ? [] : [disk.warning])],
  }
}
