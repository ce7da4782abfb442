export const peersPython: string
export const rayPython: string
export function provisionPython(): void
export const testCache: string
