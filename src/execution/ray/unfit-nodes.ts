/** What was found on a node of the cluster. */
export interface RayNode {
  readonly host: string
  readonly address?: string
  readonly cpus?: number
  /** Why nothing could be found out. */
  readonly error?: string
  readonly python?: string
  readonly node?: string | null
  readonly pawl?: string | null
  /** Where Pawl was looked for. */
  readonly home?: string
  /** What the probe file holds there; null where it is not seen. */
  readonly probe?: string | null
  /** Seconds since 1970, by the node's clock. */
  readonly time?: number
  /** Files that a process may have open. */
  readonly files?: number
  /** Type of the file system that the job lies on, as the node has it. */
  readonly file_system?: string
}

/** What every node has to have. */
export interface NodeNeeds {
  readonly version: string
  readonly folder: string
  readonly probe: string
}

/** Something that is not as it should be, and what to do. */
export interface Lack {
  readonly found: string
  readonly remedy: string
}

const leastNode = [20, 12] as const

/** What keeps a node from running workers, each with its remedy; nothing where the node is fit. */
export function unfitness(found: RayNode, { version, folder, probe }: NodeNeeds): readonly Lack[] {
  const { host, error, node, pawl, home } = found
  const on = `node ${host}`
  if (error !== undefined)
    return [{ found: `${on} could not be looked at: ${error}`, remedy: 'see ray status, and the logs of its raylet' }]
  const lacks: Lack[] = []
  if (node === undefined || node === null)
    lacks.push({
      found: `${on} has no Node`,
      remedy: 'install it there, or set PAWL_NODE in ray.runtime_env.env_vars to its path',
    })
  else if (!isNodeEnough(node))
    lacks.push({
      found: `${on} has Node ${node}, and workers need ${leastNode.join('.')} or later`,
      remedy: 'update it there',
    })
  if (pawl === undefined || pawl === null)
    lacks.push({
      found: `${on} has no Pawl at ${home}`,
      remedy:
        'install it at the same path on every node or on the shared file system, or set PAWL_HOME in ray.runtime_env.env_vars',
    })
  else if (pawl !== version)
    lacks.push({
      found: `${on} has Pawl ${pawl} at ${home}, this is ${version}`,
      remedy: 'install the same version on every node',
    })
  if (found.probe !== probe)
    lacks.push({
      found: `${on} does not see the work dir ${folder}`,
      remedy: 'put work_dir, dataset_path and export_path on a file system that all nodes share under the same path',
    })
  return lacks
}

const networkKinds = /^(nfs|cifs|smb|fuse|lustre|gpfs|beegfs|ceph|glusterfs|9p|virtiofs)/
const toleratedSkewS = 5
const enoughFiles = 1024

/** What is odd of a node and keeps no worker from running there, each with its remedy. */
export function oddities({ host, time, files, file_system }: RayNode, nowS: number): readonly Lack[] {
  const odd: Lack[] = []
  if (time !== undefined && Math.abs(time - nowS) > toleratedSkewS)
    odd.push({
      found: `the clock of node ${host} is ${Math.round(Math.abs(time - nowS))} s ${time > nowS ? 'ahead' : 'behind'}`,
      remedy: 'Pawl does not decide by it, but times in logs differ; run a time service there',
    })
  if (files !== undefined && files >= 0 && files < enoughFiles)
    odd.push({
      found: `on node ${host} a process may open ${files} files`,
      remedy: `raise it to ${enoughFiles} (ulimit -n) before ray start`,
    })
  if (file_system !== undefined && networkKinds.test(file_system))
    odd.push({
      found: `node ${host} sees the work dir over ${file_system}`,
      remedy: 'see docs/file-systems.md, and try it with pawl doctor',
    })
  return odd
}

/** A sentence of what is wrong and what to do. */
export function describeLack({ found, remedy }: Lack): string {
  return `${found}: ${remedy}`
}

function isNodeEnough(version: string): boolean {
  const [major, minor] = version.replace(/^v/, '').split('.').map(Number)
  return major > leastNode[0] || (major === leastNode[0] && minor >= leastNode[1])
}
