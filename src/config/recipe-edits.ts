/** A way through maps and lists. */
export type KeyPath = readonly (string | number)[]

/** Something that a recipe is changed in so that it says here what was meant. */
export type RecipeEdit = { readonly path: KeyPath; readonly note: string } & (
  | { readonly kind: 'drop' }
  /** Moves what stands at `path`, with another value where one is given. */
  | { readonly kind: 'move'; readonly to: KeyPath; readonly value?: unknown }
  | { readonly kind: 'replace'; readonly value: unknown }
)

export function valueAt(root: unknown, path: KeyPath): unknown {
  let value = root
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
    value = (value as Record<string | number, unknown>)[key]
  }
  return value
}

/** Applies edits to the values of a recipe. An operator that is left out leaves a hole, so that places stay. */
export function applyEdits(
  values: Readonly<Record<string, unknown>>,
  edits: readonly RecipeEdit[],
): Record<string, unknown> {
  const root = structuredClone(values) as Record<string, unknown>
  for (const edit of edits) {
    const value = valueAt(root, edit.path)
    if (edit.kind === 'replace') set(root, edit.path, edit.value)
    else remove(root, edit.path)
    if (edit.kind === 'move' && valueAt(root, edit.to) === undefined) set(root, edit.to, edit.value ?? value)
  }
  return root
}

function set(root: Record<string, unknown>, path: KeyPath, value: unknown): void {
  let at: Record<string | number, unknown> = root
  for (const key of path.slice(0, -1)) {
    if (typeof at[key] !== 'object' || at[key] === null) at[key] = {}
    at = at[key] as Record<string | number, unknown>
  }
  at[path[path.length - 1]] = value
}

function remove(root: Record<string, unknown>, path: KeyPath): void {
  const parent = valueAt(root, path.slice(0, -1)) as Record<string | number, unknown> | undefined
  const key = path[path.length - 1]
  if (Array.isArray(parent)) parent[key as number] = undefined
  else if (parent !== undefined) delete parent[key]
  const [section] = path
  const isEmptied =
    path.length === 2 && typeof section === 'string' && Object.keys(root[section] as object).length === 0
  if (isEmptied && !Array.isArray(root[section])) delete root[section]
}
