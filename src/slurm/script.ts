import { join } from 'node:path'

/** What a batch script runs, and what it asks the cluster for. */
export interface SlurmScript {
  readonly kind: 'recipe' | 'pipeline'
  /** The recipe, or the module of the pipeline. */
  readonly file: string
  /** Folder of the job: `{work_dir}/{job_id}`, or the pipeline's checkpointPath. */
  readonly jobDir: string
  /** Where it is run: relative paths of the recipe start there. */
  readonly cwd: string
  /** How Pawl is started on the nodes, in words of the shell. */
  readonly pawl: string
  readonly name: string
  readonly tasks: number
  readonly shard: 'lease' | 'hash'
  readonly cpus: number
  readonly time: string | undefined
  readonly partition: string | undefined
  readonly memory: string | undefined
  readonly logs: string
  /** Further `#SBATCH` options, such as `--account=x`. */
  readonly extra: readonly string[]
}

/** What later commands need to know of a script; it stands in the script itself. */
export type ScriptNote = Pick<SlurmScript, 'kind' | 'file' | 'jobDir' | 'cwd' | 'name' | 'tasks' | 'shard'>

const notePrefix = '# pawl-slurm: '

/** Seconds before the time limit at which a task is warned. */
const warnS = 120

/** The batch script of an array whose tasks are processes on one job. */
export function arrayScript(script: SlurmScript): string {
  const { tasks, shard, kind, name } = script
  const how =
    shard === 'lease'
      ? ['# Each task takes what no other holds: tasks may be added, cancelled, requeued or run again in any number.']
      : [
          '# Each task has its share by hash. The number of all shards stays the same, also where only some are run again',
          '# (sbatch --array=2,5 ...); what lies behind a barrier is done by the finishing task (see the script beside this one).',
        ]
  const shares =
    shard === 'lease'
      ? []
      : [
          '',
          '# Indexes beyond what the cluster allows begin again at 0, with an offset.',
          `export PAWL_SHARD=$((SLURM_ARRAY_TASK_ID + \${PAWL_SHARD_OFFSET:-0})) PAWL_SHARDS=${tasks}`,
        ]
  return `${[
    ...head(script, `Runs the ${kind} ${script.file} as an array of ${tasks} tasks.`),
    ...how,
    `#SBATCH --job-name=${name}`,
    `#SBATCH --array=0-${tasks - 1}`,
    ...options(script, join(script.logs, 'slurm-%A_%a.log')),
    ...shares,
    ...body(script, shard),
  ].join('\n')}\n`
}

/** For `shard: hash`: the task that does whatever is left once all shards have ended. */
export function finishingScript(script: SlurmScript): string {
  const { kind, file, name } = script
  return `${[
    ...head(script, `Finishes the ${kind} ${file}: whatever its shards left, such as what lies behind a barrier.`),
    '# pawl slurm submit has it wait for the array (--dependency=afterany).',
    `#SBATCH --job-name=${name}-finish`,
    ...options(script, join(script.logs, 'slurm-finish-%j.log')),
    ...body(script, 'lease'),
  ].join('\n')}\n`
}

/** Where the finishing script of an array lies. */
export function finishingPath(path: string): string {
  return path.replace(/(\.[^./]+)?$/, '-finish$1')
}

/** What the script was made for; undefined where it is none of these. */
export function noteOf(text: string): ScriptNote | undefined {
  const line = text.split('\n').find(one => one.startsWith(notePrefix))
  if (line === undefined) return undefined
  try {
    return JSON.parse(line.slice(notePrefix.length)) as ScriptNote
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return undefined
  }
}

function head({ kind, file, jobDir, cwd, name, tasks, shard }: SlurmScript, what: string): string[] {
  const note: ScriptNote = { kind, file, jobDir, cwd, name, tasks, shard }
  return [
    '#!/bin/bash',
    `# ${what} Written by pawl slurm init; change it as you need.`,
    `${notePrefix}${JSON.stringify(note)}`,
  ]
}

function options({ cpus, time, partition, memory, extra }: SlurmScript, log: string): string[] {
  return [
    `#SBATCH --cpus-per-task=${cpus}`,
    ...(partition === undefined ? [] : [`#SBATCH --partition=${partition}`]),
    ...(time === undefined ? [] : [`#SBATCH --time=${time}`]),
    ...(memory === undefined ? [] : [`#SBATCH --mem=${memory}`]),
    ...extra.map(option => `#SBATCH ${option}`),
    `#SBATCH --output=${log}`,
    '# A task whose node is lost, or that is preempted, is queued again; its log is gone on with.',
    '#SBATCH --requeue',
    '#SBATCH --open-mode=append',
    `# So many seconds before the time limit, this script is told: it stops Pawl in order and queues the task again.`,
    `#SBATCH --signal=B:TERM@${warnS}`,
  ]
}

function body(script: SlurmScript, shard: 'lease' | 'hash'): string[] {
  return [
    '',
    `cd ${quote(script.cwd)} || exit 1`,
    'is_warned=0',
    `trap 'is_warned=1; kill -TERM "$pawl" 2>/dev/null' TERM`,
    `${commandOf(script, shard)} &`,
    'pawl=$!',
    'while :; do',
    '  wait "$pawl"',
    '  code=$?',
    '  kill -0 "$pawl" 2>/dev/null || break',
    'done',
    '',
    '# Stopped in order (143) while the task itself goes on: its time is nearly over, and it is queued again. One that was',
    '# cancelled, or that Slurm queues again by itself, is no longer RUNNING.',
    'if [ "$is_warned" = 1 ] && [ "$code" = 143 ] && [ "$(squeue --noheader --job "$SLURM_JOB_ID" --format %T)" = RUNNING ]; then',
    '  exec scontrol requeue "$SLURM_JOB_ID"',
    'fi',
    ...(shard === 'hash'
      ? ['# 75: the share of this task is done, and that of others is missing.', 'if [ "$code" = 75 ]; then exit 0; fi']
      : []),
    'exit "$code"',
  ]
}

function commandOf({ kind, file, jobDir, pawl, cpus }: SlurmScript, shard: 'lease' | 'hash'): string {
  const workers = `"\${SLURM_CPUS_PER_TASK:-${cpus}}"`
  return kind === 'recipe'
    ? `${pawl} run --config ${quote(file)} --shard ${shard} --np ${workers} --quiet`
    : `${pawl} pipeline run ${quote(file)} --checkpoint_path ${quote(jobDir)} --shard ${shard} --workers ${workers} --quiet`
}

/** As one word of the shell. */
export function quote(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}
