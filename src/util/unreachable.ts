/** Ends a switch over a union that has no cases left. */
export function unreachable(value: never): never {
  throw new TypeError(`unexpected value: ${JSON.stringify(value)}`)
}
