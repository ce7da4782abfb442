/** How many a ratio and a number together ask for, the lesser of both; undefined where neither does. 0 is as good as unset. */
export function shareOf(
  ratio: number | null | undefined,
  count: number | null | undefined,
  total: number,
): number | undefined {
  if (!ratio) return count || undefined
  const share = ratio * total
  return Math.trunc(count && count < share ? count : share)
}
