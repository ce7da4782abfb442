import type { SourceSpec } from '../core/pipeline-spec.js'
import { InputError } from '../io/input-error.js'
import { digestSource } from '../pipeline/run/digest-source.js'
import { stampIfThere } from '../util/file-stamp.js'
import type { TracedPipeline } from './traced-pipeline.js'

/**
 * True where a source no longer holds what the pipeline read: its documents, run again, would not tell what became of
 * those. Files are read only where their stamps differ.
 */
export function isChanged({ records }: TracedPipeline, source: SourceSpec): boolean {
  if (source.files.every(({ path, stamp }) => stampIfThere(path) === stamp)) return false
  const { digest } = records.get(source.id) ?? {}
  try {
    return digest === undefined || digestSource(source, () => {}) !== digest
  } catch (error) {
    if (error instanceof InputError) return true
    throw error
  }
}
