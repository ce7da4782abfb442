import { type ForeignKey, foreignDatasetKeys, foreignKeys, foreignParams } from './foreign-keys.js'
import { type KeyPath, type RecipeEdit, valueAt } from './recipe-edits.js'

type Values = Readonly<Record<string, unknown>>

/**
 * What a recipe of a newer, an older or a neighbouring Data-Juicer is to be changed in, each with a note that says what
 * was taken for what. `overridden` names the keys that the command line gave.
 */
export function translateRecipe(values: Values, overridden: ReadonlySet<string>): RecipeEdit[] {
  return [
    ...foreignKeys.flatMap(foreign => translateKey(values, foreign)),
    ...translateDataset(values, overridden),
    ...translateProcess(values),
  ]
}

function translateKey(values: Values, foreign: ForeignKey): RecipeEdit[] {
  const path = foreign.key.split('.')
  const value = valueAt(values, path)
  if (value === undefined) return []
  if ('without' in foreign) return [{ kind: 'drop', path, note: `${foreign.key} has no effect: ${foreign.without}` }]
  const { key, to, convert } = foreign
  const target = to.split('.')
  const meant = convert === undefined ? value : convert(value)
  if (meant === undefined) return [{ kind: 'drop', path, note: `${key} has no effect` }]
  if (valueAt(values, target) !== undefined)
    return [{ kind: 'drop', path, note: `${key} is the same as ${to}, which is set too and counts` }]
  const said = convert === undefined ? to : `${to}: ${JSON.stringify(meant)}`
  return [{ kind: 'move', path, to: target, value: meant, note: `${key} is taken for ${said}` }]
}

function translateDataset(values: Values, overridden: ReadonlySet<string>): RecipeEdit[] {
  const { dataset } = values
  if (typeof dataset !== 'object' || dataset === null) return []
  if (overridden.has('dataset_path') && !overridden.has('dataset'))
    return [
      {
        kind: 'drop',
        path: ['dataset'],
        note: 'dataset is left out, since dataset_path of the command line names the input',
      },
    ]
  if (!('configs' in dataset) && 'path' in dataset) {
    const { max_sample_num, ...one } = dataset as Record<string, unknown>
    const value = {
      configs: [without(one, foreignDatasetKeys)],
      ...(max_sample_num === undefined ? {} : { max_sample_num }),
    }
    return [
      {
        kind: 'replace',
        path: ['dataset'],
        value,
        note: 'dataset is taken for a list of one dataset (dataset.configs)',
      },
    ]
  }
  const configs = valueAt(dataset, ['configs'])
  return (Array.isArray(configs) ? configs : []).flatMap((config, index) => {
    return foreignDatasetKeys.flatMap((key): RecipeEdit[] => {
      if (valueAt(config, [key]) === undefined) return []
      const note = `dataset.configs[${index}].${key} has no effect: files are read as their names and content say`
      return [{ kind: 'drop', path: ['dataset', 'configs', index, key], note }]
    })
  })
}

function without(value: Record<string, unknown>, keys: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([key]) => !keys.includes(key)))
}

function translateProcess({ process }: Values): RecipeEdit[] {
  return (Array.isArray(process) ? (process as unknown[]) : []).flatMap((entry, index) => translateEntry(entry, index))
}

function translateEntry(entry: unknown, index: number): RecipeEdit[] {
  if (typeof entry !== 'object' || entry === null) return []
  const path: KeyPath = ['process', index]
  const { name, args, params, ...rest } = entry as Record<string, unknown>
  if (typeof name === 'string' && Object.keys(rest).length === 0) {
    const note = `process[${index}] is taken for ${name} with its parameters`
    return [{ kind: 'replace', path, value: { [name]: args ?? params ?? null }, note }]
  }
  const [operator] = Object.keys(entry)
  return (foreignParams[operator] ?? []).flatMap((param): RecipeEdit[] => {
    if (valueAt(entry, [operator, param]) === undefined) return []
    return [
      { kind: 'drop', path: [...path, operator, param], note: `process[${index}].${operator}.${param} has no effect` },
    ]
  })
}
