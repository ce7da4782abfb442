import type { OperatorUse } from './work-unit.js'

/** Memory that the models of operators take in each worker, those that several read counted once. */
export function modelBytesOf(operators: readonly Pick<OperatorUse, 'models'>[]): number {
  const byPath = new Map<string, number>()
  for (const { models } of operators) for (const { path, memoryBytes } of models ?? []) byPath.set(path, memoryBytes)
  return [...byPath.values()].reduce((sum, bytes) => sum + bytes, 0)
}
