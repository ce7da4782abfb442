import type { OperatorUse } from './work-unit.js'

/** Operators that name a field for the number it holds. */
const numeric: ReadonlySet<string> = new Set(['specified_numeric_field_filter'])

/** The fields that an operator names and takes for text, by parameters such as `text_key`, `field_key` and `query_key`. */
export function keysNamedBy({ name, params, textKey }: Pick<OperatorUse, 'name' | 'params' | 'textKey'>): string[] {
  if (numeric.has(name)) return [textKey]
  const named = Object.entries(params).flatMap(([param, value]) => {
    if (!/_keys?$/.test(param)) return []
    return (Array.isArray(value) ? value : [value]).filter(key => typeof key === 'string' && key !== '')
  })
  return [...new Set([textKey, ...(named as string[])])]
}
