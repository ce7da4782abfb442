import { resolve } from 'node:path'
import { rayAddress, raySchema } from '../config/ray-schema.js'
import { UsageError } from '../core/usage-error.js'
import { examine } from '../doctor/examine.js'
import type { Finding } from '../doctor/judge-probe.js'
import { alignColumns } from './align-columns.js'
import type { DoctorOptions } from './doctor.js'
import { paintFor } from './terminal.js'

/** Prints what was tried, what was found, and what to do. */
export async function showExamination(folder: string, { json, ray_address: address }: DoctorOptions): Promise<void> {
  const { folder: tried, findings, isFit } = await examine(resolve(folder), clusterAt(address))
  if (!isFit) process.exitCode = 1
  if (json) {
    process.stdout.write(`${JSON.stringify({ folder: tried, isFit, findings })}\n`)
    return
  }
  const paint = paintFor(process.stdout)
  const colours = { ok: 'green', warning: 'yellow', failure: 'red' } as const
  const lines = alignColumns(findings.map(({ verdict, what, found }) => [verdict, what, found]))
  process.stdout.write(`${tried}\n`)
  for (const [index, { verdict, remedy }] of findings.entries()) {
    process.stdout.write(`${lines[index].replace(verdict, paint(colours[verdict], verdict))}\n`)
    if (remedy !== undefined) process.stdout.write(`         ${remedy}\n`)
  }
  process.stdout.write(`${sentenceOf(findings, isFit)}\n`)
}

function clusterAt(address: string | undefined) {
  if (address === undefined) return undefined
  const read = rayAddress.safeParse(address)
  if (read.success) return { address, placement: raySchema.parse({}) }
  throw new UsageError(`--ray_address ${address}: ${read.error.issues.at(0)?.message}`)
}

function sentenceOf(findings: readonly Finding[], isFit: boolean): string {
  if (!isFit) return 'Jobs cannot be kept here.'
  const warnings = findings.filter(({ verdict }) => verdict === 'warning').length
  return warnings === 0 ? 'Jobs can be kept here.' : 'Jobs can be kept here, with what the warnings say.'
}
