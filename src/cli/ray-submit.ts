import { request } from 'node:http'
import { request as requestSafely } from 'node:https'
import { dirname, join, resolve } from 'node:path'
import { UsageError } from '../core/usage-error.js'
import { openRecipe } from '../engine/open-recipe.js'
import { packageRoot } from '../util/package-root.js'
import type { RaySubmitOptions } from './ray.js'

const patienceMs = 30_000

/** Reads the recipe here, so that what is wrong with it is told at once, and starts its job inside the cluster. */
export async function submitToRay(
  file: string | undefined,
  settings: readonly string[],
  { address, json = false }: RaySubmitOptions,
): Promise<void> {
  if (file === undefined) throw new UsageError('pawl ray submit needs a recipe file: --config recipe.yaml')
  const url = dashboardOf(address ?? process.env['RAY_API_SERVER_ADDRESS'])
  const inCluster = [...settings, '--executor_type', 'ray_partitioned', '--ray_address', 'auto']
  const { recipe } = await openRecipe(file, inCluster)
  const job = await submit(url, {
    // By its name, which may follow from the folder as it is now.
    entrypoint: entrypointOf(resolve(file), [...inCluster, '--job_id', recipe.jobId]),
    metadata: { pawl_job: recipe.jobDir },
  })
  const workDir = dirname(recipe.jobDir)
  if (json) {
    process.stdout.write(`${JSON.stringify({ submission_id: job, job_id: recipe.jobId, job_dir: recipe.jobDir })}\n`)
    return
  }
  process.stdout.write(
    `Submitted ${recipe.jobId} to ${url.origin} as ${job}
  pawl monitor ${recipe.jobId} --work_dir ${quote(workDir)}
  pawl stop ${recipe.jobId} --work_dir ${quote(workDir)}
`,
  )
}

/** @throws {UsageError} where that is no address of a dashboard */
function dashboardOf(address: string | undefined): URL {
  if (address === undefined)
    throw new UsageError(
      'pawl ray submit needs --address, the dashboard of the cluster, such as http://10.0.0.1:8265 (or RAY_API_SERVER_ADDRESS)',
    )
  const isHttp = /^https?:\/\//.test(address)
  if (!isHttp || !URL.canParse(address))
    throw new UsageError(
      `--address ${address} is no dashboard of a cluster: it looks like http://10.0.0.1:8265 (the port of ray_address is another)`,
    )
  return new URL(address)
}

/** The command that the cluster runs: the same Pawl, in the same folder. */
function entrypointOf(file: string, settings: readonly string[]): string {
  const main = process.env['PAWL_HOME'] ?? packageRoot
  const words = ['node', join(main, 'dist', 'cli', 'main.js'), 'run', '--config', file, ...settings]
  return `cd ${quote(process.cwd())} && exec ${words.map(quote).join(' ')}`
}

async function submit(url: URL, job: unknown): Promise<string> {
  const { status, body } = await post(new URL('/api/jobs/', url), JSON.stringify(job)).catch((error: Error) => {
    throw new UsageError(`nothing answers at ${url.origin} (${error.message}): give the dashboard of the cluster`)
  })
  const answer = parsed(body)
  const id = answer?.['submission_id']
  if (status === 200 && typeof id === 'string') return id
  throw new UsageError(
    `the dashboard at ${url.origin} did not take the job (${status}): ${body.slice(0, 500)}; it needs a cluster with ray[default]`,
  )
}

function parsed(body: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(body) as Record<string, unknown>
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** By hand, as the dashboard refuses what looks like a browser. */
function post(url: URL, body: string): Promise<{ status: number; body: string }> {
  const ask = url.protocol === 'https:' ? requestSafely : request
  return new Promise((done, fail) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
    const sent = ask(url, { method: 'POST', headers, timeout: patienceMs }, response => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', fail)
      response.on('end', () => done({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }))
    })
    sent.on('timeout', () => sent.destroy(new Error(`no answer within ${patienceMs / 1000} s`)))
    sent.on('error', fail)
    sent.end(body)
  })
}

function quote(word: string): string {
  return /^[\w./@%+=:,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}
