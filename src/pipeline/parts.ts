import type { JsonValue } from '../core/json.js'
import type { PartOption, PartUse } from '../core/pipeline-spec.js'

export type { PartOption, PartUse }

/** Where parts that ship with Pawl come from. */
export const ownModule = 'pawl'

/** Something of a pipeline that may be defined in a module of its own: a stage, a document filter, a modifier. */
export interface Part {
  /** How to find it again; undefined where it is written in the script and works in this process alone. */
  portable(): PartUse | undefined
}

/** What a module says of a part; `build` makes it of options that were validated. */
export interface PartDefinition {
  readonly module: string
  readonly name: string
  build(options: Readonly<Record<string, unknown>>): Part
}

// Modules of users may load another copy of this package; all copies of a process share one table.
const tableKey = Symbol.for('pawl.pipeline.parts')
const shared = globalThis as {
  [tableKey]?: { readonly parts: Map<string, PartDefinition>; readonly waiting: Set<() => void> }
}
shared[tableKey] ??= { parts: new Map(), waiting: new Set() }
const table = shared[tableKey]

export function registerPart(definition: PartDefinition): void {
  table.parts.set(keyOf(definition), definition)
  for (const tell of [...table.waiting]) tell()
}

export function findPart(use: Pick<PartUse, 'module' | 'name'>): PartDefinition | undefined {
  return table.parts.get(keyOf(use))
}

/** Settles once a part is registered: a module may go on for ever behind its definitions. */
export async function partRegistered(use: Pick<PartUse, 'module' | 'name'>, signal: AbortSignal): Promise<void> {
  if (findPart(use) !== undefined) return
  await new Promise<void>(done => {
    const tell = () => {
      if (findPart(use) === undefined && !signal.aborted) return
      table.waiting.delete(tell)
      done()
    }
    table.waiting.add(tell)
    signal.addEventListener('abort', tell, { once: true })
  })
}

function keyOf({ module, name }: Pick<PartUse, 'module' | 'name'>): string {
  return `${module}#${name}`
}

export function isPartOption(value: unknown): value is PartOption {
  return typeof value === 'object' && value !== null && '$part' in value
}

/** Options as they are written down, parts among them by how they are found again; undefined where one of those is not. */
export function portableOptions(options: Readonly<Record<string, unknown>>): PartUse['options'] | undefined {
  const portable: Record<string, JsonValue | PartOption> = {}
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined) continue
    const use = isPart(value) ? value.portable() : undefined
    if (use === undefined && isPart(value)) return undefined
    portable[name] = use === undefined ? (value as JsonValue) : { $part: use }
  }
  return portable
}

function isPart(value: unknown): value is Part {
  return typeof value === 'object' && value !== null && 'portable' in value && typeof value.portable === 'function'
}

/**
 * Makes a part again of what was written down.
 *
 * @throws {Error} where its module is not loaded, or defines no such part
 */
export function restorePart(use: PartUse): Part {
  const definition = findPart(use)
  if (definition === undefined) throw new Error(`${use.module} defines no ${use.name}`)
  const options = Object.entries(use.options).map(([name, value]) => [
    name,
    isPartOption(value) ? restorePart(value.$part) : value,
  ])
  return definition.build(Object.fromEntries(options))
}

/** All modules that a part and its options come from, this package left out. */
export function modulesOf({ module, options }: PartUse): string[] {
  const own = module === ownModule ? [] : [module]
  return [...own, ...Object.values(options).flatMap(value => (isPartOption(value) ? modulesOf(value.$part) : []))]
}
