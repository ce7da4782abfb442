import { z } from 'zod'

const count = z.int().nonnegative()
const partition = z.string().describe('Key of the partition.')
const operators = z.array(z.string()).describe('Names of the operators, in the order of the recipe.')
const reason = z.string().describe('A sentence for people.')

/** What each kind of event says beside the fields that all share. */
export const eventKinds = {
  job_start: z.object({ resumed: z.boolean(), message: z.string(), partitions: count, operators }),
  job_complete: z.object({ duration_ms: count, samples_in: count, samples_out: count, quarantined: count }),
  job_failed: z.object({ duration_ms: count, code: z.string(), error_message: z.string() }),
  job_stopped: z.object({ duration_ms: count, reason }),
  partition_start: z.object({
    partition,
    from_op: count,
    to_op: count,
    attempt: z.string().describe('A unit that lost its worker starts again under another attempt.'),
  }),
  partition_complete: z.object({ partition, samples_in: count, samples_out: count, duration_ms: count }),
  partition_failed: z.object({ partition, code: z.string(), error_message: z.string() }),
  op_start: z.object({ partition, operator: z.string(), op_index: count }),
  op_complete: z.object({
    partition,
    operator: z.string(),
    op_index: count,
    samples_in: count,
    samples_out: count,
    duration_ms: count,
  }),
  op_failed: z.object({
    partition,
    operator: z.string(),
    op_index: count,
    samples: count.describe('Samples that it failed on.'),
  }),
  checkpoint_save: z.object({
    partition,
    ops_done: count,
    path: z.string(),
    rows: count,
    size_bytes: count,
    fingerprint: z.string(),
  }),
  checkpoint_load: z.object({ partition, ops_done: count, path: z.string(), rows: count, fingerprint: z.string() }),
  checkpoint_damaged: z.object({ partition, path: z.string(), reason }),
  bucket_compared: z.object({
    operator: z.string(),
    op_index: count,
    bucket: count,
    buckets: count,
    duration_ms: count,
  }),
  barrier_resolved: z.object({
    operator: z.string(),
    op_index: count,
    samples: count,
    dropped: count,
    duration_ms: count,
    clusters: count.optional(),
    largest_cluster: count.optional(),
    short_texts_spared: count.optional(),
    lines_path: z.string().optional(),
  }),
  sample_quarantined: z.object({ partition, samples: count, path: z.string() }),
  unit_retried: z.object({ partition, attempt: z.string(), reason, delay_ms: count }),
  unit_duplicated: z.object({ unit: z.string(), for_ms: count }),
  worker_lost: z.object({ unit: z.string(), reason }),
  lease_lost: z.object({ reason }),
  record_damaged: z.object({ path: z.string(), reason }),
  export_complete: z.object({ path: z.string(), files: count, rows: count, size_bytes: count }),
  output_removed: z.object({ path: z.string(), reason }),
  warning: z.object({ message: z.string() }),
} as const

const common = {
  event_id: z.string().describe('Unique in the job: number of the run, then of the event.'),
  timestamp: z.iso.datetime().describe('When it was written, in UTC.'),
  job_id: z.string(),
}

export type EventKinds = typeof eventKinds
export type EventType = keyof EventKinds

/** What the caller says of an event; id, time and job are added where it is written. */
export type EventBody = { [K in EventType]: { readonly event_type: K } & Readonly<z.output<EventKinds[K]>> }[EventType]

/** A line of `events_*.jsonl`. */
export type JobEvent = EventBody & { readonly event_id: string; readonly timestamp: string; readonly job_id: string }

/** Builds the schema of an event line, for publishing; costly, so only on request. */
export function eventSchema(): z.ZodType {
  const shapes = Object.entries(eventKinds).map(([type, shape]) =>
    z.strictObject({ ...common, event_type: z.literal(type), ...shape.shape }),
  )
  const [first, ...rest] = shapes
  return z.discriminatedUnion('event_type', [first, ...rest])
}

/** The published JSON Schema of an event line. */
export function eventJsonSchema(): Record<string, unknown> {
  return { title: 'Pawl event', ...z.toJSONSchema(eventSchema()) }
}
