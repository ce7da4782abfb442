import { fork } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { build } from 'esbuild'
import type { FuzzNews, FuzzOrder } from './child.js'

/** No input may take longer, however it is damaged. */
const limitMs = 10_000
const heapMegabytes = 384

export interface FuzzResult {
  readonly odd: readonly string[]
  readonly refused: number
  readonly maxMegabytes: number
}

/** Bundles the child beside the packages that it needs, runs it over all mutants, and starts it anew where one took it down. */
export async function runFuzz(order: Omit<FuzzOrder, 'scratch' | 'from'>): Promise<FuzzResult> {
  const cache = resolve('node_modules/.cache')
  mkdirSync(cache, { recursive: true })
  const folder = mkdtempSync(join(cache, 'pawl-fuzz-'))
  try {
    const entry = join(folder, 'child.mjs')
    await build({
      entryPoints: [resolve('test/io/fuzz/child.ts')],
      outfile: entry,
      bundle: true,
      platform: 'node',
      format: 'esm',
      packages: 'external',
      logLevel: 'error',
    })
    const odd: string[] = []
    let [refused, maxMegabytes, from] = [0, 0, 0]
    while (from < order.to) {
      const part = await runChild(entry, { ...order, from, scratch: join(folder, 'mutant') })
      odd.push(...part.odd)
      refused += part.refused
      maxMegabytes = Math.max(maxMegabytes, part.maxMegabytes)
      from = part.next
    }
    return { odd, refused, maxMegabytes }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Gives what came of the mutants up to `next`: all of them, or those up to one that crashed or took too long. */
function runChild(entry: string, order: FuzzOrder): Promise<FuzzResult & { readonly next: number }> {
  const odd: string[] = []
  let [refused, maxMegabytes] = [0, 0]
  let current = { index: order.from, source: '' }
  let why = 'crashed'
  const child = fork(entry, [], { execArgv: [`--max-old-space-size=${heapMegabytes}`], stdio: 'ignore' })
  const giveUp = () => {
    why = `took more than ${limitMs} ms`
    child.kill('SIGKILL')
  }
  let timer = setTimeout(giveUp, limitMs + 5_000)
  child.on('message', message => {
    const news = message as FuzzNews
    if (news.kind === 'begin') {
      clearTimeout(timer)
      timer = setTimeout(giveUp, limitMs)
      current = news
    } else if (news.kind === 'odd') odd.push(`mutant ${news.index} of ${news.source}: ${news.what}`)
    else ({ refused, maxMegabytes } = news)
  })
  child.send(order)
  return new Promise(done => {
    child.on('close', code => {
      clearTimeout(timer)
      if (code === 0) return done({ odd, refused, maxMegabytes, next: order.to })
      odd.push(`mutant ${current.index} of ${current.source}: ${why}`)
      done({ odd, refused, maxMegabytes, next: current.index + 1 })
    })
  })
}
