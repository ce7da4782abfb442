import { z } from 'zod'
import { integer } from './params.js'

const ignored = (what: string, type: z.ZodType = z.any()) =>
  type.nullish().describe(`${what} Accepted for Data-Juicer recipes; has no effect here.`)

/** Parameters that every operator of Data-Juicer takes. Only `text_key` has an effect; the rest say how its own runtime places work. */
export const baseParams = {
  text_key: z.string().nullish().describe("Field that holds the text; by default the first of the recipe's text_keys."),
  image_key: ignored('Field of images.', z.string()),
  image_bytes_key: ignored('Field of image bytes.', z.string()),
  audio_key: ignored('Field of audios.', z.string()),
  video_key: ignored('Field of videos.', z.string()),
  query_key: z.string().nullish().describe('Field of the query in dialog samples.'),
  response_key: z.string().nullish().describe('Field of the response in dialog samples.'),
  history_key: z.string().nullish().describe('Field of the history in dialog samples.'),
  index_key: ignored('Field for sample indices.'),
  system_key: ignored('Field of the system prompt.', z.string()),
  instruction_key: ignored('Field of the instruction.', z.string()),
  prompt_key: ignored('Field of the prompt.', z.string()),
  accelerator: ignored('Device.'),
  num_proc: ignored('Processes of this operator; Pawl uses `np`.'),
  num_cpus: ignored('Processors a worker.'),
  num_gpus: ignored('Accelerators a worker.'),
  cpu_required: ignored('Processors needed.'),
  gpu_required: ignored('Accelerators needed.'),
  mem_required: ignored('Memory needed.'),
  memory: ignored('Memory needed.'),
  batch_size: ignored('Samples a batch; Pawl bounds batches by bytes.', integer),
  adaptive_batching: ignored('Batching.', z.boolean()),
  batch_mode: ignored('Batching.'),
  input_columns: ignored('Fields that are read.'),
  output_columns: ignored('Fields that are written.'),
  skip_op_error: ignored('Error policy; Pawl has `on_error`.', z.boolean()),
  turbo: ignored('Fast mode.', z.boolean()),
  work_dir: ignored('Folder of the operator.'),
  ray_execution_mode: ignored('Placement on Ray.'),
  runtime_env: ignored('Environment on Ray.'),
  auto_op_parallelism: ignored('Parallelism.', z.boolean()),
} as const

/** Parameters of every filter: how its bounds are closed, and whether it keeps what lies outside. */
export const filterParams = {
  min_closed_interval: z.boolean().nullable().default(true).describe('Whether the lower bound itself is inside.'),
  max_closed_interval: z.boolean().nullable().default(true).describe('Whether the upper bound itself is inside.'),
  reversed_range: z
    .boolean()
    .nullable()
    .default(false)
    .describe('Keep what lies outside the bounds instead (the bounds themselves are then kept).'),
  stats_export_path: ignored('Where statistics are exported.'),
} as const

/** Names of the parameters that operators do not have for themselves. */
export const sharedParams: ReadonlySet<string> = new Set([...Object.keys(baseParams), ...Object.keys(filterParams)])
