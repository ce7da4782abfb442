// `npm test`: format, lint, types, import rules, dead code, then the tests, and last one line with the real counts.
// Each check that fails counts as one failed test; with PAWL_TEST_REQUIRE=all a skipped test fails the run.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { longTermNode, otherNode } from './provision.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const bin = name => join(root, 'node_modules', '.bin', name)
const run = (command, args) => spawnSync(command, args, { cwd: root, stdio: 'inherit' }).status === 0

const checks = [
  ['format and lint', bin('biome'), ['check', '--error-on-warnings']],
  ['types', bin('tsc'), ['--noEmit']],
  ['import rules', bin('depcruise'), ['--config', '.dependency-cruiser.json', 'src']],
  ['dead code', bin('knip'), []],
  ['generated docs', process.execPath, ['scripts/operator-docs.mjs', '--check']],
  ['generated types', process.execPath, ['scripts/recipe-types.mjs', '--check']],
  ['generated API docs', process.execPath, ['scripts/api-docs.mjs', '--check']],
]

let passed = 0
let failed = 0
function note(name, isGood) {
  if (isGood) passed++
  else {
    failed++
    console.log(`check failed: ${name}`)
  }
}

/** What it prints stands together, whatever runs beside it. */
function check([name, command, args]) {
  return new Promise(done => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
    const printed = []
    for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => printed.push(chunk))
    child.once('error', error => printed.push(Buffer.from(`${error.message}\n`)))
    child.once('close', code => {
      process.stdout.write(Buffer.concat(printed))
      note(name, code === 0)
      done()
    })
  })
}

/** True where `npm install` has built just what is here. */
function isBuilt() {
  const built = statSync(join(root, 'dist', 'tables'), { throwIfNoEntry: false })?.mtimeMs ?? 0
  const sources = readdirSync(join(root, 'src'), { recursive: true }).map(name => join('src', name))
  const all = [
    ...sources,
    'scripts/build.mjs',
    'package-lock.json',
    'package.json',
    'tsconfig.build.json',
    'tsconfig.json',
  ]
  return all.every(name => statSync(join(root, name)).mtimeMs < built)
}

note('build', isBuilt() || run(process.execPath, ['scripts/build.mjs']))
// Downloads wait for the network while checks work.
const provisioning = new Promise(done => {
  const child = spawn(process.execPath, [join(root, 'scripts', 'provision.mjs')], { cwd: root, stdio: 'inherit' })
  child.once('error', done)
  child.once('close', done)
})
// Two lanes: the next begins wherever one has ended.
const waiting = [...checks]
const lane = async () => {
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await check(next)
}
await Promise.all([lane(), lane()])
await provisioning
// Alone, as it shows how far jobs are that run beside each other.
note('shown commands', run(process.execPath, ['scripts/jobs-docs.mjs', '--check']))

const node = otherNode()
if (node !== undefined) process.env.PAWL_TEST_NODE = node
// Only where everything is run: what was asked for by name is run on this Node alone.
if (node !== undefined && process.argv.length === 2) {
  const contracts = ['test/cli/quickstart.test.ts', 'test/execution/local-executor.test.ts', 'test/io/formats.test.ts']
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
  if (run(node, [vitest, 'run', '--reporter=dot', ...contracts])) passed++
  else {
    failed++
    console.log(`check failed: quickstart and contracts on Node ${longTermNode}`)
  }
}
const folder = mkdtempSync(join(tmpdir(), 'pawl-test-'))
const report = join(folder, 'report.json')
const ended = run(bin('vitest'), [
  'run',
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${report}`,
  ...process.argv.slice(2),
])
const counts = existsSync(report)
  ? JSON.parse(readFileSync(report, 'utf8'))
  : { numPassedTests: 0, numFailedTests: 1, numPendingTests: 0, testResults: [] }
rmSync(folder, { recursive: true })

passed += counts.numPassedTests
failed += counts.numFailedTests
// A file that breaks before its tests are known has no failed test of its own.
failed += counts.testResults.filter(
  file => file.status === 'failed' && file.assertionResults.every(({ status }) => status !== 'failed'),
).length
if (!ended && failed === 0) failed++
const skipped = counts.numPendingTests + (counts.numTodoTests ?? 0)
if (skipped > 0 && process.env.PAWL_TEST_REQUIRE === 'all') failed += 1
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
process.exit(failed === 0 ? 0 : 1)
