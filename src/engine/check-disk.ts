import { statfsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Recipe } from '../config/recipe.js'
import { RecipeError } from '../config/recipe-error.js'
import type { DatasetCut } from '../core/partition.js'
import type { ExportSettings } from '../execution/coordinator/export/export-form.js'
import { type DiskNeeds, estimateDisk } from '../planning/estimate-disk.js'
import { countPoints, planOperators } from '../planning/reaches.js'
import type { LedgerIndex } from '../state/ledger-index.js'
import { formatBytes } from '../util/format.js'

/** Less free than so many times the need is worth a warning. */
const margin = 1.2

/** What a job will take of the disks that it writes to. */
export interface DiskCheck {
  readonly needs: DiskNeeds
  /** In one clause. */
  readonly text: string
  readonly warning: string | undefined
}

/** What a job writes follows from its input, its export, and what is committed already. */
interface WrittenJob {
  readonly cut: DatasetCut
  readonly exporting: ExportSettings
  readonly ledger: Pick<LedgerIndex, 'all' | 'get'> | undefined
}

/**
 * Holds what a job will write, about, against what is free. A job whose export stands is asked for nothing.
 *
 * @throws {RecipeError} where not even the export would fit, unless `ignore_disk` says to try
 */
export function checkDisk(recipe: Recipe, { cut, exporting, ledger }: WrittenJob): DiskCheck {
  const isDone = ledger?.get('export', exporting.target)?.state === 'done'
  const needs = needsOf(recipe, { cut, exporting, ledger: isDone ? undefined : ledger })
  const places = [
    { folder: recipe.checkpoint_dir, bytes: needs.checkpoints },
    { folder: recipe.partition_dir, bytes: needs.copies },
    { folder: dirname(exporting.target), bytes: needs.export },
  ]
  const disks = new Map<bigint, { folder: string; free: number; bytes: number }>()
  for (const { folder, bytes } of places) {
    const disk = diskOf(folder)
    if (disk === undefined) continue
    const known = disks.get(disk.id)
    disks.set(disk.id, { ...disk, ...known, bytes: (known?.bytes ?? 0) + bytes })
  }
  const exportDisk = diskOf(dirname(exporting.target))
  if (exportDisk !== undefined && exportDisk.free < needs.export && !isDone && !recipe.ignore_disk)
    throw RecipeError.of(
      `export_path: the export takes about ${formatBytes(needs.export)}, and ${exportDisk.folder} has ${formatBytes(exportDisk.free)} free: free some, choose another place, or try all the same with --ignore_disk true`,
    )
  const tight = [...disks.values()].find(({ free, bytes }) => !isDone && free < bytes * margin)
  const warning =
    tight &&
    `the job writes about ${formatBytes(tight.bytes)} below ${tight.folder}, which has ${formatBytes(tight.free)} free; intermediate_storage.preserve_intermediate_data: false or compression: gzip take less`
  return { needs, text: textOf(needs), warning }
}

function needsOf(recipe: Recipe, { cut, exporting, ledger }: WrittenJob): DiskNeeds {
  let committedBytes = 0
  for (const { file } of ledger?.all('point') ?? []) committedBytes += file.sizeBytes
  const plan = planOperators(recipe.operators, recipe.checkpoint, recipe.keep_hashes_in_res_ds)
  return estimateDisk({
    inputBytes: cut.partitions.reduce((sum, { estimatedBytes }) => sum + estimatedBytes, 0),
    checkpoints: countPoints(plan),
    storage: recipe.intermediate_storage,
    export: exporting,
    committedBytes,
  })
}

function textOf({ checkpoints, copies, export: exported }: DiskNeeds): string {
  return `about ${formatBytes(checkpoints + copies + exported)} of disk`
}

/** The disk that a folder is on, or will be on; undefined where the system does not tell. */
function diskOf(folder: string): { id: bigint; folder: string; free: number } | undefined {
  for (let at = folder; ; at = dirname(at)) {
    try {
      const { dev } = statSync(at, { bigint: true })
      const { bavail, bsize } = statfsSync(at)
      return { id: dev, folder: at, free: bavail * bsize }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).syscall === undefined) throw error
      if (at === dirname(at)) return undefined
    }
  }
}
