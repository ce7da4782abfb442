// What so many processes on one job (1,000, or as many as are given) ask of its file system: real leases, claims, winners, ledgers
// and looks at each other, simulated in one process on one host; units of 5 s of work. Counts calls that open, list, look up or
// change names over 30 s (or as many as are given) once all have joined. The bar is 500 a second in all.
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { makeFolder } from './shared.mjs'

const folder = makeFolder()
const counts = {}
const metadata = 'open stat lstat readdir link unlink rename mkdir rmdir access exists readFile utimes opendir'
for (const name of metadata.split(' '))
  for (const key of [name, `${name}Sync`]) {
    const real = fs[key]
    if (typeof real !== 'function') continue
    // Neither what is open already nor what lies elsewhere, such as /proc, is asked of the job's file system.
    fs[key] = (...args) => {
      if (typeof args[0] === 'string' && args[0].startsWith(folder)) counts[name] = (counts[name] ?? 0) + 1
      return real.apply(fs, args)
    }
  }
syncBuiltinESMExports()
const { Hands, JobDirectory, Ledger, Team } = await import('../dist/tooling.js')

const processes = Number(process.argv[2] ?? 1_000)
const seconds = Number(process.argv[3] ?? 30)
const workMs = 5_000
const bar = 500
const directory = new JobDirectory(join(folder, 'job'))
directory.make()
const stop = new AbortController()

async function join1(number) {
  const writer = `bench-${number}-0badcafe`
  const hands = new Hands(directory.leases, writer)
  const lease = await hands.join()
  const ledger = await Ledger.open({
    ...{ folder: directory.ledger, mirror: directory.exports, writer, fence: 1, version: 'bench', isAlone: false },
    guard: () => lease.check(),
  })
  const folders = { own: [], shared: [] }
  const onNews = () => {}
  const team = new Team({
    epoch: 1,
    writer,
    directory,
    hands,
    ledger,
    folders,
    leavesWhenIdle: false,
    signal: stop.signal,
    onNews,
  })
  return { lease, ledger, team, writer }
}

/** Takes units one after another; each process begins at a place of its own, as the queue has it. */
async function work({ ledger, team }, number) {
  await delay(Math.random() * workMs)
  for (let turn = 0; !stop.signal.aborted; turn++) {
    const name = `run-${turn}-${number}`
    team.learn()
    if ((await team.claims.take(name)).kind !== 'mine') continue
    await delay(workMs)
    const record = { kind: 'input', partition: name, stamps: ['1-2-3'], digest: '0123456789abcdef' }
    team.winners.enter(name.replaceAll('-', ''), 1, [record])
    await ledger.commit([record])
  }
}

const joining = performance.now()
const hands = []
for (let number = 0; number < processes; number++) hands.push(await join1(number))
const joinMs = performance.now() - joining
// Who came early knows few of the others until it looks once more.
for (const { team } of hands) team.learn(true)
const works = hands.map(work)
await delay(workMs)
const before = { ...counts }
const started = performance.now()
await delay(seconds * 1_000)
const passed = (performance.now() - started) / 1_000
const each = Object.fromEntries(
  Object.entries(counts)
    .map(([name, count]) => [name, Math.round((count - (before[name] ?? 0)) / passed)])
    .filter(([, rate]) => rate > 0),
)
const total = Object.values(each).reduce((sum, rate) => sum + rate, 0)
stop.abort()
console.log(
  JSON.stringify({
    ...{
      bench: 'processes',
      processes,
      join_ms_each: Math.round(joinMs / processes),
      calls_a_second: total,
      each,
      bar,
    },
    max_rss_mb: Math.round(process.resourceUsage().maxRSS / 1e3),
  }),
)
void works
process.exit(total > bar ? 1 : 0)
