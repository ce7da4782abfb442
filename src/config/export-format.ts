import { extname } from 'node:path'

/** Formats of exports by the suffix that says them. */
export const exportFormats = {
  jsonl: 'jsonl',
  json: 'json',
  csv: 'csv',
  tsv: 'tsv',
  parquet: 'parquet',
  arrow: 'arrow',
  feather: 'arrow',
} as const

export type ExportFormat = (typeof exportFormats)[keyof typeof exportFormats]

/** The format that the suffix of a path says, without one for compression. */
export function formatOfSuffix(path: string): ExportFormat | undefined {
  const stem = /\.(gz|zst)$/.test(path) ? path.slice(0, path.lastIndexOf('.')) : path
  const suffix = extname(stem).slice(1).toLowerCase()
  return suffix in exportFormats ? exportFormats[suffix as keyof typeof exportFormats] : undefined
}

/** True where the columns of a recipe's export have types that each value must fit. */
export function holdsTypes(recipe: { readonly export_path: string; readonly export_type: string | null }): boolean {
  const format = recipe.export_type ?? formatOfSuffix(recipe.export_path)
  return format === 'parquet' || format === 'arrow'
}
