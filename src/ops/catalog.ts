import type { OperatorCatalog, OperatorDefinition, UnsupportedOperator } from '../core/operator.js'

type Load = () => Promise<OperatorDefinition>

/** Operators that ship with Pawl, each loaded when a recipe first names it. */
const shipped: ReadonlyMap<string, Load> = new Map<string, Load>([
  ['text_length_filter', async () => (await import('./filters/text-length-filter.js')).textLengthFilter],
])

/** Operators of Data-Juicer that need what Pawl does not bring. */
const unsupported: ReadonlyMap<string, UnsupportedOperator> = new Map()

/** The catalog of shipped operators, and of `custom` ones, which win over shipped ones of the same name. */
export function createCatalog(custom: readonly OperatorDefinition[] = []): OperatorCatalog {
  const own = new Map(custom.map(definition => [definition.name, definition]))
  const names = [...new Set([...shipped.keys(), ...own.keys()])].sort()
  return {
    names,
    unsupported,
    has: name => own.has(name) || shipped.has(name),
    async load(name) {
      const definition = own.get(name) ?? (await shipped.get(name)?.())
      if (definition === undefined) throw new RangeError(`no operator named "${name}"`)
      return definition
    },
  }
}
