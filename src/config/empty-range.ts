/** The first pair of bounds of an operator that no value meets; reversed, such bounds keep everything and may be meant. */
export function emptyRange(
  params: Readonly<Record<string, unknown>>,
): { readonly at: string; readonly message: string } | undefined {
  if (params['reversed_range'] === true) return undefined
  for (const [key, min] of Object.entries(params)) {
    if (!key.startsWith('min_')) continue
    const other = `max_${key.slice('min_'.length)}`
    const max = params[other]
    if (typeof min !== 'number' || typeof max !== 'number') continue
    if (min > max) return { at: other, message: `no value is at least ${key} ${min} and at most ${other} ${max}` }
    const isOpen = params['min_closed_interval'] === false || params['max_closed_interval'] === false
    if (min === max && isOpen)
      return { at: other, message: `${key} and ${other} are both ${min}, and not both of them belong to the range` }
  }
  return undefined
}
