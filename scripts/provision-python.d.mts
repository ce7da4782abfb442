export const peersPython: string
export function provisionPython(): void
