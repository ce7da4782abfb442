import { pathToFileURL } from 'node:url'
import type { OperatorDefinition } from '../../core/operator.js'

/**
 * Loads the operators that a module exports, by default or by name, one or lists of them.
 *
 * @throws {TypeError} where a module exports no operator
 */
export async function loadCustomOperators(modules: readonly string[]): Promise<OperatorDefinition[]> {
  const definitions: OperatorDefinition[] = []
  for (const module of modules) {
    const exported: Record<string, unknown> = await import(pathToFileURL(module).href)
    const found = [...new Set(Object.values(exported).flat())].filter(isDefinition)
    if (found.length === 0)
      throw new TypeError(
        `${module} exports no operator: export what defineMapper, defineFilter or defineDeduplicator returns`,
      )
    definitions.push(...found)
  }
  return definitions
}

function isDefinition(value: unknown): value is OperatorDefinition {
  if (typeof value !== 'object' || value === null) return false
  const { name, kind, create, params } = value as Partial<OperatorDefinition>
  return (
    typeof name === 'string' && typeof kind === 'string' && typeof create === 'function' && typeof params === 'object'
  )
}
