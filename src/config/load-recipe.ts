import { createHash, randomBytes } from 'node:crypto'
import { dirname, resolve } from 'node:path'
import type { z } from 'zod'
import type { OperatorCatalog } from '../core/operator.js'
import { namesOf } from '../core/operator-names.js'
import { knownByRoots, type OperatorUse } from '../core/work-unit.js'
import { usableCores } from '../util/cpu.js'
import { canonicalJson } from '../util/hash.js'
import { availableMemory } from '../util/memory.js'
import { nearestName } from '../util/nearest.js'
import { Roots } from '../util/roots.js'
import { applyOverrides, type Overridden } from './apply-overrides.js'
import { findContradictions } from './contradictions.js'
import { resolveDatasets } from './dataset-paths.js'
import { ignoredKeys, ignoredPartitionKeys } from './ignored-keys.js'
import { jobIdOfExport } from './job-id.js'
import { resolvePlaces } from './job-places.js'
import { mediaDirOf, mediaKeysOf } from './media-dir.js'
import type { Override } from './overrides.js'
import { placeRoots } from './place-roots.js'
import { plainValues } from './plain-values.js'
import { describeIssues, type Sources } from './problems.js'
import { readProcess } from './read-process.js'
import type { Recipe } from './recipe.js'
import { RecipeDocument } from './recipe-document.js'
import { applyEdits, type RecipeEdit } from './recipe-edits.js'
import { RecipeError, type RecipeProblem } from './recipe-error.js'
import { type RecipeValues, recipeSchema } from './recipe-schema.js'
import { refuseMemory } from './refuse-memory.js'
import { refuseNul } from './refuse-nul.js'
import { refuseRemotePaths } from './remote-paths.js'
import { findAbsent, type SkippedOperator } from './skip-absent.js'
import { translateRecipe } from './translate-recipe.js'

export interface RecipeRequest {
  /** Path of a recipe, or the values of one. */
  readonly source: string | Readonly<Record<string, unknown>>
  readonly overrides: readonly Override[]
  /** The operators of Pawl and of the user's own modules; told the paths of the latter, relative ones resolved. */
  openCatalog(customPaths: readonly string[]): Promise<OperatorCatalog>
  readonly now: Date
}

/**
 * Reads, overrides and validates a recipe. Makes no file and does no work.
 *
 * @throws {RecipeError} with everything that is wrong, each with file, line, column and remedy
 */
export async function loadRecipe(request: RecipeRequest): Promise<Recipe> {
  const { source } = request
  const file = typeof source === 'string' ? resolve(source) : undefined
  const document = typeof source === 'string' ? RecipeDocument.load(source) : undefined
  const written = document?.value ?? plainValues(source as Readonly<Record<string, unknown>>)
  const { given, overrides, places } = placeRoots(written, request.overrides, process.env)
  const base = file === undefined ? process.cwd() : dirname(file)
  const customPaths = (values: Readonly<Record<string, unknown>>) => {
    const paths = values['custom_operator_paths'] ?? []
    return (Array.isArray(paths) ? paths : [paths]).map(path => resolve(base, String(path)))
  }
  const named = overrides.find(({ path }) => path.join('.') === 'custom_operator_paths')
  const catalog = await request.openCatalog(customPaths(named ? { custom_operator_paths: named.value } : given))
  const overridden = applyOverrides(given, overrides, name => catalog.has(name))
  const sources: Sources = { document, overridden }
  const warnings: string[] = []
  warnings.push(
    ...(document?.duplicates ?? []).map(({ key, line }) => `${key} occurs twice; the one in line ${line} counts`),
  )
  const adapted = await adaptRecipe(overridden, catalog)
  warnings.push(...adapted.edits.map(({ note }) => note))
  // What is misspelt on the command line may have been meant for an operator.
  const otherNames = overrides.length > 0 ? catalog.names : []
  const { values, problems } = checkValues(adapted.values, { sources, warnings, otherNames })
  const mediaDir = mediaDirOf(values?.dataset_path)
  const {
    operators,
    substitutes,
    problems: operatorProblems,
  } = await readProcess(values?.process ?? processOf(adapted.values), {
    context: {
      textKey: values?.text_keys[0] ?? 'text',
      seed: values?.seed ?? 0,
      substituteTokenizer: values?.substitute_tokenizer ?? null,
      mediaDir,
      mediaKeys: values && mediaKeysOf(values),
    },
    catalog,
    sources,
  })
  problems.push(...operatorProblems)
  if (values !== undefined) {
    problems.push(...refuseNul(values, sources), ...refuseRemotePaths(values, sources))
    problems.push(...findContradictions(values, sources))
  }
  const workers = values?.np ?? usableCores()
  // What nodes of a cluster have is for its scheduler to know.
  const availableBytes = values?.executor_type === 'ray_partitioned' ? Number.POSITIVE_INFINITY : availableMemory()
  problems.push(...refuseMemory(operators, { workers, availableBytes }))
  warnings.push(...substitutes)
  if (values === undefined || problems.length > 0) throw new RecipeError(problems)
  warnings.push(...checkNames(values, operators))
  if (values.strict && warnings.length > 0)
    throw new RecipeError(warnings.map(message => strictly(message, adapted.edits, document)))
  const jobId = values.job_id ?? (values.new_job ? generateJobId(request.now) : jobIdFrom(values, sources))
  const { process: _, dataset: __, dataset_path: ___, job_id: ____, work_dir: _____, ...rest } = values
  return {
    ...rest,
    ...resolvePlaces(values, jobId, sources),
    custom_operator_paths: customPaths(overridden.values),
    roots: places,
    file,
    origin: { file, content: digestOf(document?.text ?? canonicalJson(overridden.values)) },
    datasets: resolveDatasets(values, sources),
    operators: operators.map(operator => knownByRoots(operator, Roots.named(places))),
    mediaDir,
    jobId,
    isJobIdGiven: values.job_id !== null,
    warnings,
    skipped: adapted.skipped,
    given: withAbsoluteModules(overridden.values, customPaths(overridden.values)),
  }
}

/** Changes a recipe into what is meant by it here. */
async function adaptRecipe({ values, sources }: Overridden, catalog: OperatorCatalog): Promise<Adapted> {
  const translation = translateRecipe(values, new Set(sources.keys()))
  const translated = applyEdits(values, translation)
  if (values['skip_unsupported'] !== true) return { values: translated, edits: translation, skipped: [] }
  const absent = await findAbsent(translated, catalog)
  return {
    values: applyEdits(translated, absent.edits),
    edits: [...translation, ...absent.edits],
    skipped: absent.operators,
  }
}

/** A warning as an error, at the place of what it is about where that is known. */
function strictly(message: string, edits: readonly RecipeEdit[], document: RecipeDocument | undefined): RecipeProblem {
  const path = edits.find(({ note }) => note === message)?.path
  const place = path && document?.placeOfKey(path.slice(0, -1), String(path[path.length - 1]))
  return { message: `${message} (strict: true takes warnings for errors)`, place }
}

interface Adapted {
  readonly values: Record<string, unknown>
  readonly edits: readonly RecipeEdit[]
  readonly skipped: readonly SkippedOperator[]
}

function checkValues(
  given: Readonly<Record<string, unknown>>,
  { sources, warnings, otherNames }: { sources: Sources; warnings: string[]; otherNames: readonly string[] },
): { values: RecipeValues | undefined; problems: RecipeProblem[] } {
  const ignored = Object.keys(given).filter(key => ignoredKeys.has(key))
  const known = Object.fromEntries(Object.entries(given).filter(([key]) => !ignoredKeys.has(key)))
  const { partition } = known
  if (typeof partition === 'object' && partition !== null) {
    ignored.push(
      ...Object.keys(partition)
        .filter(key => ignoredPartitionKeys.has(key))
        .map(key => `partition.${key}`),
    )
    known['partition'] = Object.fromEntries(Object.entries(partition).filter(([key]) => !ignoredPartitionKeys.has(key)))
  }
  const { dataset } = known
  if (typeof dataset === 'object' && dataset !== null && 'max_sample_num' in dataset)
    ignored.push('dataset.max_sample_num')
  if (ignored.length > 0) warnings.push(`These keys of Data-Juicer have no effect in Pawl: ${ignored.join(', ')}`)
  // A key with nothing behind it means its default, as in Data-Juicer.
  for (const [key, value] of Object.entries(known)) if (value === null) delete known[key]
  const parsed = recipeSchema.safeParse(known)
  if (parsed.success) return { values: parsed.data, problems: [] }
  const valid = (path: readonly PropertyKey[]) => [...validKeysAt(path), ...(path.length === 0 ? otherNames : [])]
  return { values: undefined, problems: describeIssues(parsed.error.issues, sources, { base: [], validKeys: valid }) }
}

function processOf(given: Readonly<Record<string, unknown>>): unknown[] {
  return Array.isArray(given['process']) ? given['process'] : []
}

/** The keys that a recipe may have, those without effect among them. */
export const recipeKeys: readonly string[] = [...Object.keys(recipeSchema.shape), ...ignoredKeys]

/** Names that are valid in the map at a path of the recipe. */
function validKeysAt(path: readonly PropertyKey[]): readonly string[] {
  if (path.length === 0) return recipeKeys
  let schema: unknown = recipeSchema
  for (const key of path) if (typeof key !== 'number') schema = shapeOf(schema)?.[String(key)]
  return Object.keys(shapeOf(schema) ?? {})
}

function shapeOf(schema: unknown): Readonly<Record<string, z.ZodType>> | undefined {
  if (schema === undefined) return undefined
  const { shape, def } = schema as {
    shape?: Readonly<Record<string, z.ZodType>>
    def?: { innerType?: unknown; element?: unknown }
  }
  if (shape !== undefined) return shape
  const inner = def?.innerType ?? def?.element
  return inner === undefined ? undefined : shapeOf(inner)
}

function checkNames(
  { checkpoint, executor_type, op_list_to_trace }: RecipeValues,
  operators: readonly OperatorUse[],
): string[] {
  const warnings: string[] = []
  const names = new Set<string>(operators.flatMap((_, index) => namesOf(operators, index)))
  const hint = (name: string) => {
    const nearest = nearestName(name, [...names])
    return nearest === undefined ? name : `${name} (did you mean "${nearest}"?)`
  }
  const untraced = op_list_to_trace.filter(name => !names.has(name))
  if (untraced.length > 0)
    warnings.push(`op_list_to_trace names operators that process does not use: ${untraced.map(hint).join(', ')}`)
  const unused = checkpoint.op_names.filter(name => !names.has(name))
  if (unused.length > 0)
    warnings.push(`checkpoint.op_names names operators that process does not use: ${unused.map(hint).join(', ')}`)
  if (executor_type === 'ray')
    warnings.push('executor_type ray runs on this machine; ray_partitioned runs on the Ray cluster of ray_address')
  return warnings
}

/** The job's copy of a recipe lies elsewhere, so that paths relative to the recipe must not stay so. */
function withAbsoluteModules(
  given: Readonly<Record<string, unknown>>,
  modules: readonly string[],
): Record<string, unknown> {
  return modules.length === 0 ? { ...given } : { ...given, custom_operator_paths: modules }
}

/** The id that follows from the export path, which may hold the id itself and is then taken as it is written. */
function jobIdFrom(values: RecipeValues, sources: Sources): string {
  const { jobDir, export_path } = resolvePlaces(values, 'job', sources)
  const path = values.export_path.includes('{job_id}') ? values.export_path : export_path
  return jobIdOfExport(path, dirname(jobDir))
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** `{YYYYMMDD}_{HHMMSS}_{6 hex}`, local time. */
function generateJobId(now: Date): string {
  const two = (value: number) => String(value).padStart(2, '0')
  const date = `${now.getFullYear()}${two(now.getMonth() + 1)}${two(now.getDate())}`
  return `${date}_${two(now.getHours())}${two(now.getMinutes())}${two(now.getSeconds())}_${randomBytes(3).toString('hex')}`
}
