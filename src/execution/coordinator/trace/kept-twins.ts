import { closeSync, createReadStream, openSync, readSync } from 'node:fs'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'
import type { FileRef } from '../../../core/records.js'
import { findDamage } from '../../contents/checkpoint-reader.js'
import type { SamplePlace, TraceLine } from '../../contents/trace-line.js'

/** More of a kept sample is not shown. */
const mostBytes = 1 << 20

/**
 * Adds to duplicates that were dropped the sample that was kept for each, where the decision wrote its clusters
 * (`export_clusters`): as it stands in the input where that is read by bytes, and where it stands in any case.
 */
export async function addKeptTwins(
  jobDir: string,
  lines: readonly TraceLine[],
  clusters: FileRef | undefined,
): Promise<readonly TraceLine[]> {
  const wanted = new Set(lines.flatMap(({ place }) => (place === undefined ? [] : [keyOf(place)])))
  if (clusters === undefined || wanted.size === 0) return lines
  const kept = await findKept(jobDir, clusters, wanted)
  return lines.map(line => {
    const place = line.place && kept.get(keyOf(line.place))
    if (place === undefined) return line
    return { ...line, entry: { ...(line.entry as object), dup1: readSample(place) ?? null, __pawl__kept__: place } }
  })
}

interface Cluster {
  readonly kept: SamplePlace
  readonly dropped: readonly SamplePlace[]
}

async function findKept(
  jobDir: string,
  clusters: FileRef,
  wanted: ReadonlySet<string>,
): Promise<Map<string, SamplePlace>> {
  const found = new Map<string, SamplePlace>()
  // Clusters that are gone or damaged name nobody.
  if (findDamage(jobDir, clusters) !== undefined) return found
  const input = createReadStream(resolve(jobDir, clusters.path))
  for await (const line of createInterface({ input })) {
    const { kept, dropped } = JSON.parse(line) as Cluster
    for (const place of dropped) if (wanted.has(keyOf(place))) found.set(keyOf(place), kept)
    if (found.size === wanted.size) break
  }
  return found
}

function keyOf({ path, offset, record }: SamplePlace): string {
  return `${path}\n${offset ?? `record ${record}`}`
}

/** The record at a place, where it is one line of JSON. */
function readSample({ path, offset }: SamplePlace): unknown {
  if (offset === undefined || !path.endsWith('.jsonl')) return undefined
  try {
    const fd = openSync(path, 'r')
    try {
      const bytes = Buffer.alloc(mostBytes)
      const text = bytes.toString('utf8', 0, readSync(fd, bytes, 0, mostBytes, offset))
      const end = text.indexOf('\n')
      return JSON.parse(end < 0 ? text : text.slice(0, end)) as unknown
    } finally {
      closeSync(fd)
    }
  } catch (error) {
    // The input may have changed since, or be gone; the place says where it was.
    if (!(error instanceof SyntaxError) && (error as NodeJS.ErrnoException).syscall === undefined) throw error
    return undefined
  }
}
