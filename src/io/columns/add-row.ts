import type { BatchBuilder } from '../batch-builder.js'
import { BadValueError } from './json-text.js'

/** Adds the row that `encode` gives, or the defect that keeps it from being JSON. */
export function addRow(batch: BatchBuilder, line: number, encode: () => string): void {
  try {
    batch.add(encode(), line)
  } catch (error) {
    if (!(error instanceof BadValueError)) throw error
    batch.addDefect({ kind: 'defect', code: 'bad_value', line, offset: -1, lengthBytes: 0, message: error.message })
  }
}
