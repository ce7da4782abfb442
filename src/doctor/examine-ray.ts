import { randomBytes } from 'node:crypto'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { driverSettings, failureOf, pawlVersion } from '../execution/ray/driver-settings.js'
import { RayDriver } from '../execution/ray/ray-driver.js'
import type { FromDriver } from '../execution/ray/ray-messages.js'
import type { RaySettings } from '../execution/ray/ray-settings.js'
import { type Lack, oddities, type RayNode, unfitness } from '../execution/ray/unfit-nodes.js'
import { remove } from '../util/remove.js'
import { discardStaged, newWriter, stagingPath } from '../util/staging.js'
import type { Finding } from './judge-probe.js'

/** A cluster, and how workers are to be placed on it. */
export type RayCluster = Pick<RaySettings, 'address' | 'placement'>

type Told = { readonly [K in FromDriver['n']]?: Extract<FromDriver, { n: K }> }

/**
 * Joins a Ray cluster and looks at all its nodes that may run workers: Node, Pawl, whether they see a folder, clocks, open files.
 *
 * @param folder where jobs are to be kept; a probe file lies in it meanwhile
 */
export async function examineRay(folder: string, settings: RayCluster): Promise<readonly Finding[]> {
  const logFolder = mkdtempSync(join(tmpdir(), 'pawl-doctor-'))
  const probe = randomBytes(8).toString('hex')
  const path = stagingPath(folder, newWriter(), 'probe')
  writeFileSync(path, probe)
  const logFile = join(logFolder, 'ray-driver.txt')
  try {
    const full: RaySettings = { ...settings, workers: 1, stallMs: 0, memoryBytes: 1e9, logFolder, onWarning: () => {} }
    const { told, how, hasStarted } = await askDriver(driverSettings(full, path), logFile)
    const { ready, nodes, fatal } = told
    if (ready === undefined || nodes === undefined) {
      const { message } = failureOf(hasStarted ? fatal?.code : 'no_ray', fatal?.message ?? how, full)
      return [{ verdict: 'failure', what: 'Ray', found: message }]
    }
    const found = `${ready.address}, Ray ${ready.ray}, ${nodes.nodes.length} nodes with ${ready.cpus} CPUs`
    const needs = { version: pawlVersion(), folder, probe }
    return [
      { verdict: 'ok', what: 'Ray', found },
      ...nodes.nodes.flatMap(node => judgeNode(node, unfitness(node, needs), oddities(node, nodes.time))),
    ]
  } finally {
    discardStaged(path)
    remove(logFile)
    remove(logFolder)
  }
}

async function askDriver(settings: Readonly<Record<string, unknown>>, logFile: string) {
  const told: Record<string, FromDriver> = {}
  let enough = () => {}
  const answered = new Promise<void>(resolve => {
    enough = resolve
  })
  const onNews = (news: FromDriver) => {
    told[news.n] = news
    if (news.n === 'nodes') enough()
  }
  const driver = new RayDriver({ settings, logFile, onNews })
  await Promise.race([answered, driver.gone])
  await driver.close(closeMs)
  return { told: told as Told, how: await driver.gone, hasStarted: driver.hasStarted }
}

function judgeNode(node: RayNode, lacks: readonly Lack[], odd: readonly Lack[]): Finding[] {
  const what = `node ${node.address ?? node.host}`
  const found = `Node ${node.node}, Pawl ${node.pawl}, ${node.cpus} CPUs`
  if (lacks.length === 0 && odd.length === 0) return [{ verdict: 'ok', what, found }]
  return [
    ...lacks.map(lack => ({ verdict: 'failure' as const, what, ...lack })),
    ...odd.map(lack => ({ verdict: 'warning' as const, what, ...lack })),
  ]
}

const closeMs = 10_000
