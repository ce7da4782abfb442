/** A number for people, at most four digits that count: `12,345`, `0.8125`, `1.25e-7`. */
export function showNumber(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e12) return value.toLocaleString('en-US')
  const size = Math.abs(value)
  if (size >= 1e12 || size < 1e-4) return value.toExponential(2)
  if (size >= 1000) return Math.round(value).toLocaleString('en-US')
  return String(Number(value.toPrecision(4)))
}

/** `12.3 %` of a whole; nothing of nothing is 0 %. */
export function showShare(part: number, whole: number): string {
  const percent = whole === 0 ? 0 : (part / whole) * 100
  return `${percent > 0 && percent < 0.1 ? '< 0.1' : percent.toFixed(1)} %`
}
