import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { FileRef, PointRecord } from '../../core/records.js'
import type { Slice } from '../../core/slice.js'
import type { JobSpec } from '../../core/work-unit.js'
import { readSlice } from '../../io/open-reader.js'
import { measureFile, StagedFile } from '../../util/durable-file.js'
import { remove } from '../../util/remove.js'
import { verifyFile } from '../contents/checkpoint-reader.js'
import type { QuarantineEntry } from '../contents/quarantine-writer.js'

/** A finished partition, with the slices that its samples came from. */
export interface FinishedPartition {
  readonly slices: readonly Slice[]
  readonly point: PointRecord
}

/**
 * Joins what the units of a complete job set aside into `quarantine/quarantine.jsonl`, partition
 * by partition in input order, with absolute lines: only now is it known how many lines the partitions before hold.
 *
 * @returns the report, or undefined where nothing was set aside
 * @throws {UnitFailure} `redo_input` where a file that a unit set samples aside in is not what was committed
 */
export async function writeQuarantineReport(
  { jobDir, writer }: Pick<JobSpec, 'jobDir' | 'writer'>,
  partitions: readonly FinishedPartition[],
): Promise<FileRef | undefined> {
  const path = join(jobDir, reportPath)
  const files = partitions.flatMap(({ point }) => point.quarantine)
  if (files.length === 0) {
    remove(path)
    return undefined
  }
  const linesBefore = countLinesBefore(partitions)
  const out = StagedFile.create(join(jobDir, 'quarantine'), writer, 'quarantine.jsonl')
  let rows = 0
  try {
    for (const file of files) {
      for await (const entry of readEntries(jobDir, file)) {
        const before = linesBefore.get(placeKey(entry.file, entry.line_base)) ?? 0
        const { line_base: _, ...rest } = entry
        out.write(Buffer.from(`${JSON.stringify({ ...rest, line: before + entry.line })}\n`))
        rows++
      }
    }
    const sealed = out.seal()
    out.replace(path)
    return { path: reportPath, rows, ...sealed }
  } catch (error) {
    out.discard()
    throw error
  }
}

const reportPath = join('quarantine', 'quarantine.jsonl')

/** True where the report of a complete job stands as it was written, or there is none to be. */
export function reportStands(jobDir: string, report: FileRef | undefined): boolean {
  const path = join(jobDir, reportPath)
  const stats = statSync(path, { throwIfNoEntry: false })
  if (report === undefined || stats === undefined) return report === undefined && stats === undefined
  return stats.isFile() && stats.size === report.sizeBytes && measureFile(path).checksum === report.checksum
}

/** For every slice that starts inside a file: how many lines the slices before it hold. */
function countLinesBefore(partitions: readonly FinishedPartition[]): Map<string, number> {
  const byFile = new Map<string, { start: number; lines: number }[]>()
  for (const { slices, point } of partitions) {
    for (const [index, { path, cut }] of slices.entries()) {
      if (cut.kind !== 'bytes') continue
      const known = byFile.get(path) ?? []
      known.push({ start: cut.start, lines: point.counts.lines[index] ?? 0 })
      byFile.set(path, known)
    }
  }
  const before = new Map<string, number>()
  for (const [path, slices] of byFile) {
    let lines = 0
    for (const slice of slices.sort((a, b) => a.start - b.start)) {
      before.set(placeKey(path, slice.start), lines)
      lines += slice.lines
    }
  }
  return before
}

function placeKey(path: string, start: number): string {
  return `${start}\n${path}`
}

/** What a unit set aside. */
export async function* readEntries(jobDir: string, file: FileRef): AsyncGenerator<QuarantineEntry> {
  const path = verifyFile(jobDir, file)
  const slice: Slice = {
    path,
    format: 'jsonl',
    compression: 'none',
    cut: { kind: 'bytes', start: 0, end: file.sizeBytes },
  }
  const options = { batchBytes: 1 << 20, maxRecordBytes: Number.MAX_SAFE_INTEGER, textKey: 'text' }
  for await (const { bytes, records } of readSlice(slice, options)) {
    for (const record of records)
      if (record.kind === 'record')
        yield JSON.parse(bytes.toString('utf8', record.start, record.end)) as QuarantineEntry
  }
}
