/** A double gives back so many digits. */
const mostDigits = 15

const jsonNumber = /^-?(0|[1-9]\d*)(?:\.(\d+))?(?:[eE][+-]?\d+)?$/

/** Whether a cell is a number as JSON spells one, with digits few enough to be exact: not `007`, `+1`, `.5`. */
export function isCsvNumber(text: string): boolean {
  const match = jsonNumber.exec(text)
  if (match === null || !Number.isFinite(Number(text))) return false
  return (match[1] + (match[2] ?? '')).replace(/^0+/, '').length <= mostDigits
}
