import { mkdirSync, renameSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { ExportedFile } from '../../../core/records.js'
import type { ExportResult } from '../../../core/unit-result.js'
import type { ExportUnit } from '../../../core/work-unit.js'
import { openWriter, type WriterOptions } from '../../../io/open-writer.js'
import type { DatasetWriter, RowBatch } from '../../../io/writer.js'
import { StagedFile, syncFolder } from '../../../util/durable-file.js'
import { discardStaged, stagingPath } from '../../../util/staging.js'
import type { UnitContext } from '../work-context.js'
import { describeRows } from './describe-rows.js'
import { readFinished } from './finished-rows.js'

/** Writes finished partitions, in order, to files staged beside the export's final place. The caller renames them. */
export async function runExport(context: UnitContext, unit: ExportUnit): Promise<ExportResult> {
  const options = { format: unit.format, compression: unit.compression, schema: await describeRows(context, unit) }
  return unit.shardBytes > 0 ? exportShards(context, unit, options) : exportFile(context, unit, options)
}

async function exportFile(context: UnitContext, unit: ExportUnit, options: WriterOptions): Promise<ExportResult> {
  const shard = await OpenShard.create(unit.staged, options)
  try {
    for await (const batch of readFinished(context, unit)) await shard.write(batch)
    const file = await shard.finish()
    return { kind: 'export', isFolder: false, nulled: shard.nulled, files: [{ ...file, path: unit.target }] }
  } catch (error) {
    shard.discard()
    throw error
  }
}

/** A shard ends before the row that would make its JSON text larger than `shardBytes`, so that shards follow from the samples alone. */
async function exportShards(context: UnitContext, unit: ExportUnit, options: WriterOptions): Promise<ExportResult> {
  const folder = unit.staged
  mkdirSync(folder)
  const shards: ExportedFile[] = []
  const open = () => OpenShard.create(stagingPath(folder, context.job.writer, String(shards.length)), options)
  let shard = await open()
  let nulled = 0
  try {
    for await (const batch of readFinished(context, unit)) {
      for (const part of cutRows(batch, unit.shardBytes, () => shard.textBytes)) {
        if (part.opensShard) {
          shards.push(await shard.finish())
          nulled += shard.nulled
          shard = await open()
        }
        await shard.write(part.batch)
      }
    }
    shards.push(await shard.finish())
    return { kind: 'export', isFolder: true, nulled: nulled + shard.nulled, files: nameShards(unit, folder, shards) }
  } catch (error) {
    shard.discard()
    discardStaged(folder)
    throw error
  }
}

function nameShards(unit: ExportUnit, folder: string, shards: readonly ExportedFile[]): ExportedFile[] {
  const suffix = shardSuffix(unit)
  const digits = Math.max(5, String(shards.length).length)
  const number = (value: number) => String(value).padStart(digits, '0')
  const files = shards.map((shard, index) => {
    const name = `${basename(unit.target)}-${number(index)}-of-${number(shards.length)}${suffix}`
    renameSync(shard.staged, join(folder, name))
    return { ...shard, staged: join(folder, name), path: join(unit.target, name) }
  })
  syncFolder(folder)
  return files
}

function shardSuffix({ format, compression }: ExportUnit): string {
  return `.${format}${compression === 'gzip' ? '.gz' : compression === 'zstd' ? '.zst' : ''}`
}

function* cutRows(
  batch: RowBatch,
  shardBytes: number,
  written: () => number,
): Generator<{ batch: RowBatch; opensShard: boolean }> {
  let from = 0
  let pending = 0
  let opensShard = false
  for (const [index, { start, end }] of batch.rows.entries()) {
    const size = end - start + 1
    const held = (opensShard ? 0 : written()) + pending
    if (held > 0 && held + size > shardBytes) {
      if (index > from) yield { batch: { bytes: batch.bytes, rows: batch.rows.slice(from, index) }, opensShard }
      from = index
      pending = 0
      opensShard = true
    }
    pending += size
  }
  if (from < batch.rows.length) yield { batch: { bytes: batch.bytes, rows: batch.rows.slice(from) }, opensShard }
}

/** A file being written by the export's format. */
class OpenShard {
  textBytes = 0
  #rows = 0

  private constructor(
    readonly file: StagedFile,
    readonly writer: DatasetWriter,
  ) {}

  static async create(path: string, options: WriterOptions): Promise<OpenShard> {
    const file = StagedFile.at(path)
    return new OpenShard(file, await openWriter(file, options))
  }

  async write(batch: RowBatch): Promise<void> {
    await this.writer.write(batch)
    this.#rows += batch.rows.length
    for (const { start, end } of batch.rows) this.textBytes += end - start + 1
  }

  async finish(): Promise<ExportedFile> {
    await this.writer.finish()
    const sealed = this.file.seal()
    return { path: '', staged: this.file.path, rows: this.#rows, ...sealed }
  }

  /** Numbers that the format could not hold. */
  get nulled(): number {
    return this.writer.nulledNumbers ?? 0
  }

  discard(): void {
    this.file.discard()
  }
}
