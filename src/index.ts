export { z } from 'zod'
export { RecipeError } from './config/recipe-error.js'
export type { EventBody, JobEvent } from './core/events.js'
export { fields } from './core/fields.js'
export type { JsonObject, JsonValue } from './core/json.js'
export type {
  Barrier,
  Filter,
  Mapper,
  MapResult,
  Operator,
  OperatorCatalog,
  OperatorContext,
  OperatorDefinition,
  OperatorKind,
  ResolveContext,
  SignatureRun,
} from './core/operator.js'
export type { Origin } from './core/origin.js'
export { type Derivation, Sample, type Stats } from './core/sample.js'
export { SampleError } from './core/sample-error.js'
export type { PlanDescription } from './engine/describe-plan.js'
export { type OpenRecipe, openRecipe } from './engine/open-recipe.js'
export { planRecipe } from './engine/plan-recipe.js'
export type { ProgressSnapshot } from './engine/progress.js'
export type { RunObserver, RunOptions } from './engine/run-options.js'
export { runRecipe } from './engine/run-recipe.js'
export type { RunReport } from './engine/run-report.js'
export { JobFailure, JobStopped } from './execution/scheduler/run-context.js'
export { InputError } from './io/input-error.js'
export { baseParams, filterParams } from './ops/base-params.js'
export { createCatalog } from './ops/catalog.js'
export { resolveExact } from './ops/deduplicators/resolve-exact.js'
export {
  type DeduplicatorSpec,
  defineDeduplicator,
  defineFilter,
  defineMapper,
  type FilterSpec,
  type MapperSpec,
} from './ops/define.js'
export { exampleOutcomes, exampleRecipe } from './ops/example-text.js'
export { JobFormatError } from './state/job-format.js'
export { JobLockedError } from './state/job-locked.js'
export { type JobSummary, readSummary } from './state/job-summary.js'
