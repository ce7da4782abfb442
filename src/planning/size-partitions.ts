import { formatBytes, formatCount } from '../util/format.js'

/** What a look at the dataset shows, from samples spread over it. */
export interface DatasetProfile {
  readonly totalBytes: number
  readonly sampledRecords: number
  readonly meanRecordBytes: number
  /** Standard deviation over mean of the record sizes. */
  readonly skew: number
  readonly modality: Modality
}

export type Modality = 'text' | 'image' | 'audio' | 'video' | 'multimodal'

export interface PartitionSettings {
  readonly mode: 'auto' | 'manual'
  readonly num_of_partitions: number | null
  readonly target_size_mb: number
  readonly size: number | null
  readonly max_size_mb: number
}

interface Machine {
  readonly cores: number
  readonly freeMemoryBytes: number
}

/** What partitions go through, by names of operators, and where. */
interface PartitionUse {
  readonly operators: readonly string[]
  readonly machine: Machine
}

/** How the dataset is to be divided: an exact number of partitions, or partitions of about so many bytes. */
export interface PartitionSizing {
  readonly partitionBytes: number
  readonly count: number | undefined
  /** Sentences for `pawl plan`. */
  readonly reasons: readonly string[]
}

/** Samples a partition, by default and at most, and memory multipliers (Data-Juicer's partition size optimizer). */
const modalities: Readonly<Record<Modality, { readonly size: number; readonly max: number; readonly memory: number }>> =
  {
    text: { size: 10_000, max: 50_000, memory: 1 },
    image: { size: 2_000, max: 10_000, memory: 5 },
    audio: { size: 1_000, max: 4_000, memory: 8 },
    video: { size: 400, max: 2_000, memory: 20 },
    multimodal: { size: 1_600, max: 6_000, memory: 10 },
  }

const megabyte = 1_000_000
const leastSamples = 10
/** Partitions a core: enough that none idles long while the last ones end. (Data-Juicer: about 1.5, which leaves a core of two idle for a third of the job.) */
const partitionsPerCore = 4
const skewLimit = 0.7

/**
 * Decides how large partitions are. `manual` is a number of partitions; `auto` follows Data-Juicer's
 * documented rules: as many samples as fill `target_size_mb`, fewer for complex pipelines, little memory,
 * many cores and skewed sizes, at most what the modality allows. Where there was nothing to look at,
 * `size` and `max_size_mb` decide.
 */
export function sizePartitions(
  settings: PartitionSettings,
  profile: DatasetProfile,
  { operators, machine }: PartitionUse,
): PartitionSizing {
  if (settings.mode === 'manual') return sizeManually(settings, profile)
  if (profile.sampledRecords === 0 || profile.meanRecordBytes <= 0) return sizeByFallback(settings)
  const { modality, meanRecordBytes } = profile
  const limits = modalities[modality]
  const reasons = [
    `${modality} dataset of about ${formatBytes(profile.totalBytes)}, ${formatBytes(meanRecordBytes)} a sample (${formatCount(profile.sampledRecords)} looked at)`,
  ]
  let samples = Math.min((settings.target_size_mb * megabyte) / meanRecordBytes, limits.max)
  reasons.push(
    `${formatCount(Math.round(samples))} samples fill partition.target_size_mb ${settings.target_size_mb} (at most ${formatCount(limits.max)} for ${modality})`,
  )
  const shrink = (factor: number, why: string) => {
    if (factor >= 1) return
    samples *= factor
    reasons.push(`× ${factor.toFixed(2)}: ${why}`)
  }
  shrink(1 / complexityOf(operators), `${operators.length} operators`)
  const memory = samples * meanRecordBytes * limits.memory * machine.cores
  shrink(
    memory > machine.freeMemoryBytes * 0.8 ? 0.5 : 1,
    `partitions of all workers would take ${formatBytes(memory)} of memory`,
  )
  shrink(profile.skew > skewLimit ? skewLimit : 1, `sample sizes vary by ${profile.skew.toFixed(1)} times their mean`)
  const partitions = profile.totalBytes / (samples * meanRecordBytes)
  const wanted = machine.cores * partitionsPerCore
  shrink(
    partitions < wanted ? partitions / wanted : 1,
    `${machine.cores} cores are kept busy by ${Math.ceil(wanted)} partitions`,
  )
  samples = Math.max(leastSamples, Math.round(samples))
  return {
    partitionBytes: evenShare(profile.totalBytes, samples * meanRecordBytes),
    count: undefined,
    reasons: [...reasons, `${formatCount(samples)} samples a partition`],
  }
}

/** A share of about `most` bytes of which a whole number makes up the total, so that no small rest is left. */
function evenShare(totalBytes: number, most: number): number {
  const tolerance = 0.01
  return Math.ceil(totalBytes / Math.max(1, Math.ceil(totalBytes / most - tolerance)))
}

/** As many partitions as the user says; where only `size` is given, as many as that makes; otherwise 4. */
function sizeManually(
  { num_of_partitions, size }: PartitionSettings,
  { totalBytes, meanRecordBytes }: DatasetProfile,
): PartitionSizing {
  const bySize =
    size !== null && meanRecordBytes > 0 ? Math.max(1, Math.round(totalBytes / (size * meanRecordBytes))) : undefined
  const count = num_of_partitions ?? bySize ?? 4
  const why =
    num_of_partitions !== null
      ? 'partition.num_of_partitions'
      : bySize !== undefined
        ? `partition.size ${size}`
        : 'the default of partition.mode manual'
  return { partitionBytes: Math.max(1, Math.ceil(totalBytes / count)), count, reasons: [`${count} partitions: ${why}`] }
}

function sizeByFallback({ size, max_size_mb }: PartitionSettings): PartitionSizing {
  const assumedRecordBytes = 2_000
  const bySize = size === null ? Number.POSITIVE_INFINITY : size * assumedRecordBytes
  const partitionBytes = Math.min(bySize, max_size_mb * megabyte)
  return {
    partitionBytes,
    count: undefined,
    reasons: [
      `no sample could be looked at: partitions of ${formatBytes(partitionBytes)} (partition.size, partition.max_size_mb)`,
    ],
  }
}

function complexityOf(operators: readonly string[]): number {
  let complexity = 1
  for (const name of operators) {
    if (/embedding|similarity|model|neural|vision|audio/.test(name)) complexity *= 1.2
    else if (/_(filter|mapper|deduplicator)$/.test(name)) complexity *= 1.1
    else complexity *= 1.05
  }
  return complexity
}
