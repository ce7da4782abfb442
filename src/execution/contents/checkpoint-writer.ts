import { gzipSync } from 'node:zlib'
import type { RowEncoding } from '../../core/records.js'
import type { Sample } from '../../core/sample.js'
import { openTableWriter } from '../../io/table.js'
import type { ByteSink, TableColumn, TableWriter } from '../../io/writer.js'
import { type Row, rowOf, writeJsonlRow } from './row-codec.js'

/** Columns of a checkpoint in Parquet or Arrow: text throughout, so that every format gives back the same bytes. */
export const checkpointColumns: readonly TableColumn[] = [
  { name: 'origin', isNullable: false },
  { name: 'stats', isNullable: true },
  { name: 'hashes', isNullable: true },
  { name: 'sample', isNullable: false },
]

/** Writes samples as the rows of a checkpoint, in the order given. The caller owns, seals and publishes the file. */
export interface CheckpointWriter {
  write(samples: readonly Sample[]): Promise<void>
  finish(): Promise<void>
}

export async function openCheckpointWriter(sink: ByteSink, encoding: RowEncoding): Promise<CheckpointWriter> {
  if (encoding.format !== 'jsonl') {
    const { format, compression } = encoding
    return new TableCheckpointWriter(await openTableWriter(sink, checkpointColumns, { format, compression }))
  }
  return encoding.compression === 'gzip' ? new GzipRowWriter(sink) : new RowWriter(sink)
}

/** The suffix of a checkpoint file. */
export function checkpointSuffix({ format, compression }: RowEncoding): string {
  return format === 'jsonl' && compression === 'gzip' ? 'jsonl.gz' : format
}

class RowWriter implements CheckpointWriter {
  constructor(readonly sink: ByteSink) {}

  async write(samples: readonly Sample[]): Promise<void> {
    for (const sample of samples) writeJsonlRow(rowOf(sample), bytes => this.sink.write(bytes))
  }

  async finish(): Promise<void> {}
}

const memberBytes = 4 << 20

/** Lines in gzip members of about 4 MiB; rows are small and level 1 is the fastest, at twice the size of the best. */
class GzipRowWriter implements CheckpointWriter {
  #pending: Uint8Array[] = []
  #pendingBytes = 0

  constructor(readonly sink: ByteSink) {}

  async write(samples: readonly Sample[]): Promise<void> {
    for (const sample of samples) {
      writeJsonlRow(rowOf(sample), bytes => {
        this.#pending.push(Buffer.from(bytes))
        this.#pendingBytes += bytes.length
      })
      if (this.#pendingBytes >= memberBytes) this.#flush()
    }
  }

  async finish(): Promise<void> {
    this.#flush()
  }

  #flush(): void {
    if (this.#pendingBytes === 0) return
    this.sink.write(gzipSync(Buffer.concat(this.#pending), { level: 1 }))
    this.#pending = []
    this.#pendingBytes = 0
  }
}

class TableCheckpointWriter implements CheckpointWriter {
  constructor(readonly table: TableWriter) {}

  async write(samples: readonly Sample[]): Promise<void> {
    if (samples.length === 0) return
    const rows: Row[] = samples.map(rowOf)
    const text = (value: string | null) => (value === null ? null : Buffer.from(value))
    await this.table.write([
      rows.map(row => Buffer.from(row.origin)),
      rows.map(row => text(row.stats)),
      rows.map(row => text(row.hashes)),
      rows.map(row => Buffer.from(row.bytes.subarray(row.start, row.end))),
    ])
  }

  async finish(): Promise<void> {
    await this.table.finish()
  }
}
