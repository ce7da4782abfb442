import type { OperatorDefinition } from '../../core/operator.js'
import { createCarefully, loadCarefully } from './careful.js'
import { importBundle } from './import-bundle.js'

/** Loads the operators that modules export, by default or by name, one or lists of them. */
export async function loadCustomOperators(modules: readonly string[]): Promise<OperatorDefinition[]> {
  const definitions: OperatorDefinition[] = []
  for (const module of modules) {
    const exported = await loadCarefully(module, () => importBundle(module))
    definitions.push(...definitionsIn(module, exported))
  }
  return definitions
}

/** As `loadCustomOperators`, of bundled code that stands in no file yet. */
export async function loadCustomCode(path: string, code: string): Promise<OperatorDefinition[]> {
  const url = `data:text/javascript;base64,${Buffer.from(code).toString('base64')}`
  return definitionsIn(path, await loadCarefully(path, () => import(url)))
}

/** @throws {TypeError} where a module exports no operator */
function definitionsIn(path: string, exported: Readonly<Record<string, unknown>>): OperatorDefinition[] {
  const found = [...new Set(Object.values(exported).flat())].filter(isDefinition)
  if (found.length === 0)
    throw new TypeError(
      `${path} exports no operator: export what defineMapper, defineFilter or defineDeduplicator returns`,
    )
  return found.map(createCarefully)
}

function isDefinition(value: unknown): value is OperatorDefinition {
  if (typeof value !== 'object' || value === null) return false
  const { name, kind, create, params } = value as Partial<OperatorDefinition>
  return (
    typeof name === 'string' && typeof kind === 'string' && typeof create === 'function' && typeof params === 'object'
  )
}
