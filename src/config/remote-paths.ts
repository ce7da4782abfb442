import { problemAt, type Sources } from './problems.js'
import type { RecipeProblem } from './recipe-error.js'
import type { RecipeValues } from './recipe-schema.js'

/** A scheme as it stands before a path, also behind the weight of a mixture or in quotes. */
const remote = /(?:^|[\s'"])(([a-z][a-z0-9+.-]+):\/\/[^\s'"]*)/i

interface Copy {
  /** The command that fetches from a place. */
  readonly fetch: (from: string) => string
  /** The command that puts a file there. */
  readonly put?: (to: string) => string
}

const copies: Readonly<Record<string, Copy>> = {
  s3: { fetch: fetchFromS3, put: to => `aws s3 cp FILE ${to}` },
  gs: { fetch: from => `gcloud storage cp -r ${from} DIR`, put: to => `gcloud storage cp FILE ${to}` },
  oss: { fetch: from => `ossutil cp -r ${from} DIR`, put: to => `ossutil cp FILE ${to}` },
  hdfs: { fetch: from => `hdfs dfs -get ${from} DIR`, put: to => `hdfs dfs -put FILE ${to}` },
  hf: { fetch: fetchFromHub, put: () => 'hf upload --repo-type dataset OWNER/NAME FILE' },
  http: { fetch: from => `curl -LO ${from}` },
  https: { fetch: from => `curl -LO ${from}` },
}

const aliases: Readonly<Record<string, string>> = { s3a: 's3', s3n: 's3', gcs: 'gs' }

function fetchFromS3(from: string): string {
  return /\.\w+$/.test(from) ? `aws s3 cp ${from} .` : `aws s3 cp --recursive ${from} DIR`
}

function fetchFromHub(from: string): string {
  const match = /^hf:\/\/datasets\/([^/@]+\/[^/@]+)(?:@[^/]+)?\/?(.*)$/.exec(from)
  if (match === null) return 'hf download --repo-type dataset OWNER/NAME --local-dir DIR'
  const include = match[2] === '' ? '' : ` --include '${match[2]}'`
  return `hf download --repo-type dataset ${match[1]}${include} --local-dir DIR`
}

/** A place, with where the recipe names it. */
type NamedPlace = readonly [path: readonly PropertyKey[], place: string]

/** The places of a recipe that lie in an object store or on a server, which nothing here reads or writes. */
export function refuseRemotePaths(values: RecipeValues, sources: Sources): RecipeProblem[] {
  const inputs: NamedPlace[] = [
    ...(values.dataset_path ?? []).map(text => [['dataset_path'], text] as const),
    ...(values.dataset?.configs ?? []).map(({ path }, index) => [['dataset', 'configs', index, 'path'], path] as const),
    ...values.custom_operator_paths.map(text => [['custom_operator_paths'], text] as const),
  ]
  const outputs = (['export_path', 'work_dir', 'checkpoint_dir', 'partition_dir', 'event_log_dir'] as const).map(
    key => [[key], values[key] ?? ''] as const,
  )
  return [
    ...inputs.flatMap(named => refuse(named, 'input', sources)),
    ...outputs.flatMap(named => refuse(named, 'output', sources)),
  ]
}

function refuse([path, text]: NamedPlace, use: 'input' | 'output', sources: Sources): RecipeProblem[] {
  const match = remote.exec(text)
  if (match === null) return []
  const [, place, scheme] = match
  return [problemAt(path, `${path.join('.')}: ${describeRemote(place, scheme.toLowerCase(), use)}`, sources)]
}

function describeRemote(place: string, scheme: string, use: 'input' | 'output'): string {
  if (scheme === 'file') return `write ${place} without file://, as a path`
  const copy = copies[aliases[scheme] ?? scheme]
  const said = `${place} is no local path, and other places are not ${use === 'input' ? 'read' : 'written'}`
  if (use === 'input')
    return `${said}; copy it here and name the copy${copy === undefined ? '' : `: ${copy.fetch(place)}`}`
  return `${said}; write to a local path and copy the result${copy?.put === undefined ? '' : `: ${copy.put(place)}`}`
}
