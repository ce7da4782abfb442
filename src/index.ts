export { z } from 'zod'
export type { AnalysisSummary, AnalyzedFilter, Bound, FilterSummary } from './analysis/analysis.js'
export type { Histogram } from './analysis/histogram.js'
export type { NumberSummary, StatisticSummary, ValueSummary } from './analysis/statistic.js'
export type { JobPlaces } from './config/job-places.js'
export type { DatasetPath, Recipe, RecipeOrigin } from './config/recipe.js'
export { RecipeError, type RecipeProblem, type SourcePlace } from './config/recipe-error.js'
export { type RecipeValues, recipeSchema } from './config/recipe-schema.js'
export type * from './config/recipe-types.js'
export type { SkippedOperator } from './config/skip-absent.js'
export { type EventBody, type EventKinds, type EventType, eventKinds, type JobEvent } from './core/events.js'
export { fields } from './core/fields.js'
export type { FileRead } from './core/files-read.js'
export type { JsonObject, JsonValue } from './core/json.js'
export type {
  Barrier,
  CompareContext,
  Comparison,
  DatasetCase,
  DecisionFigure,
  DecisionFigures,
  DeduplicatorCase,
  DropContext,
  Edit,
  Example,
  Filter,
  FilterCase,
  Mapper,
  MapperCase,
  MapResult,
  MaybePromise,
  ModelFile,
  Operator,
  OperatorBase,
  OperatorCatalog,
  OperatorContext,
  OperatorDefinition,
  OperatorExample,
  OperatorKind,
  Payload,
  ResolveContext,
  SignatureRun,
  Threshold,
  UnsupportedOperator,
} from './core/operator.js'
export type { Origin } from './core/origin.js'
export type { TaskFailure } from './core/pipeline-spec.js'
export type { OperatorStatus, RunState, RunStatus, WorkerStatus } from './core/process-status.js'
export type { Counts, OperatorCounts } from './core/records.js'
export { type Derivation, Sample, type Stats } from './core/sample.js'
export { SampleError } from './core/sample-error.js'
export type { StopSignal } from './core/stop-signal.js'
export { UsageError } from './core/usage-error.js'
export type { OperatorUse } from './core/work-unit.js'
export type { AnalysisReport } from './engine/analyze-recipe.js'
export type { PlanDescription } from './engine/describe-plan.js'
export { type OpenRecipe, openRecipe, type RecipeSource } from './engine/open-recipe.js'
export type { FailedSource, PipelineOptions, PipelineOutcome, RayOptions } from './engine/pipeline/pipeline-options.js'
export type { PipelineProgress } from './engine/pipeline/pipeline-progress.js'
export type { OperatorReuse, ReusePlan } from './engine/plan-reuse.js'
export type { Progress, RunPhase } from './engine/progress.js'
export type { RunObserver, RunOptions } from './engine/run-options.js'
export type { RunReport } from './engine/run-report.js'
export { JobFailure, JobLeft, JobStopped, type PartitionFailure } from './execution/protocol/job-failure.js'
export { InputError, type InputErrorCode } from './io/input-error.js'
export type { JobPlaceOptions } from './jobs/find-job.js'
export type { JobView, ProcessView } from './jobs/job-view.js'
export type { SeenState } from './jobs/judge-process.js'
export type { ListOptions } from './jobs/list-jobs.js'
export type { EventQuery, ReadEvent } from './jobs/read-events.js'
export type { StopOptions, StoppedProcess, StopReport } from './jobs/stop-job.js'
export { analyzeRecipe } from './library/analyze-recipe.js'
export { defineRecipe } from './library/define-recipe.js'
export { JobUtils, listRunningJobs, showJobProgress, stopJob, watchJob } from './library/jobs.js'
export { OperatorTestError } from './library/operator-test-error.js'
export { Pipeline, type PipelineInit } from './library/pipeline.js'
export { type PlanOptions, planRecipe, type RecipePlan } from './library/plan-recipe.js'
export { runRecipe } from './library/run-recipe.js'
export { type OperatorCase, type TestOperatorOptions, testOperator } from './library/test-operator.js'
export type { WatchedRun } from './library/watched-run.js'
export type { CustomBundle } from './ops/custom/bundle-custom.js'
export { exactComparison, resolveExact } from './ops/deduplicators/resolve-exact.js'
export {
  type DeduplicatorSpec,
  defineDeduplicator,
  defineFilter,
  defineMapper,
  type FilterContext,
  type FilterSpec,
  type MapperSpec,
  type OperatorSpec,
  type ParamsOf,
  type ParamsShape,
} from './ops/define.js'
export type { RangeTest } from './ops/range.js'
export {
  defineStage,
  type OptionsInput,
  type OptionsOf,
  type OptionsShape,
  type StageConstructor,
  type StageSpec,
} from './pipeline/define-stage.js'
export {
  DocumentFilter,
  type DocumentFilterSpec,
  DocumentModifier,
  type DocumentModifierSpec,
  type DocumentPartConstructor,
  type DocumentPartSpec,
  defineDocumentFilter,
  defineDocumentModifier,
  type Score as DocumentScore,
} from './pipeline/document-parts.js'
export { getAllFilePathsUnder, type ListFilesOptions } from './pipeline/folder-pair/list-files.js'
export { type RemainingOptions, remainingFiles } from './pipeline/folder-pair/remaining-files.js'
export type { Part, PartOption, PartUse } from './pipeline/parts.js'
export type { Children, Result, StageResult } from './pipeline/result.js'
export { type SourceState, SourceTracker, type TaskFact, type TaskNews } from './pipeline/source-tracking.js'
export {
  CompositeStage,
  type OutputFile,
  type Resources,
  Stage,
  type StageBody,
  type StageContext,
  type StageOutput,
  type StageRetry,
  type StageSettings,
  type WorkerContext,
  type WriteMode,
} from './pipeline/stage.js'
export {
  DocumentReaderStage,
  JsonlReader,
  JsonlReaderStage,
  ParquetReader,
  ParquetReaderStage,
  type ReaderOptions,
} from './pipeline/stages/document-reader.js'
export { DocumentJoiner, DocumentSplitter } from './pipeline/stages/document-splitter.js'
export { JsonlWriter, ParquetWriter } from './pipeline/stages/document-writer.js'
export { FilePartitioningStage, type PartitioningOptions } from './pipeline/stages/file-partitioning.js'
export { AddId, Modify } from './pipeline/stages/modify.js'
export { OperatorStage, type OperatorStageOptions } from './pipeline/stages/operator-stage.js'
export { Filter as FilterByScore, Score, ScoreFilter } from './pipeline/stages/score-filter.js'
export { WordCountFilter } from './pipeline/stages/word-count-filter.js'
export {
  DataTask,
  DocumentBatch,
  EmptyTask,
  FailedTask,
  FileGroupTask,
  type FileRange,
  NoneTask,
  SentinelTask,
  Task,
  type TaskInit,
} from './pipeline/task.js'
export type { TaskId } from './pipeline/task-id.js'
export type { DiskNeeds } from './planning/estimate-disk.js'
export { JobFormatError } from './state/job-format.js'
export { JobLockedError } from './state/job-locked.js'
export { type FailedPartition, type JobStatus, type JobSummary, readSummary } from './state/job-summary.js'
export type { LeaseHolder } from './state/lease.js'
export { LeaseLost } from './state/lease.js'
export type { ProcessStatus } from './state/process-status.js'
export type { ProcessIdentity } from './util/process-identity.js'
