/**
 * How fast a run is, in bytes a second: bytes of its input over the time on the wall, however often operators went
 * over them and however many workers shared the work. 0 where nothing was done or no time has passed.
 */
export function speedOf(inputBytes: number, wallMs: number): number {
  return inputBytes > 0 && wallMs > 0 ? inputBytes / (wallMs / 1000) : 0
}
