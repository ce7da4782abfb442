// `npm test`: format, lint, types, import rules, dead code, then the tests, and last one line with the real counts.
// Each check that fails counts as one failed test; with PAWL_TEST_REQUIRE=all a skipped test fails the run.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { provisionPython, testCache } from './provision-python.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const bin = name => join(root, 'node_modules', '.bin', name)
const run = (command, args) => spawnSync(command, args, { cwd: root, stdio: 'inherit' }).status === 0

/** Installs Debian packages that some tests need, where this machine lets us. */
function provision(command, packages) {
  if (spawnSync(command, ['-V'], { stdio: 'ignore' }).error === undefined) return
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return
  console.log(`installing ${packages.join(', ')}`)
  spawnSync('apt-get', ['-q', 'update'], { stdio: 'ignore' })
  spawnSync('apt-get', ['-q', '-y', 'install', ...packages], { stdio: 'ignore' })
}

/** The current long-term release of Node, from the npm package `node`, which brings its binary. */
function provisionNode() {
  const folder = join(testCache, `node-${longTermNode}`)
  const program = join(folder, 'node_modules', 'node', 'bin', 'node')
  if (!existsSync(program)) {
    console.log(`installing node@${longTermNode}`)
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'package.json'), '{"private":true,"allowScripts":{"node":true}}')
    const options = ['--no-audit', '--no-fund', '--no-save', '--loglevel=error']
    spawnSync('npm', ['install', ...options, `node@${longTermNode}`], { cwd: folder, stdio: 'inherit' })
  }
  return existsSync(program) ? program : undefined
}

const longTermNode = '26.10.0'

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

note('build', run(process.execPath, ['scripts/build.mjs']))
// Two lanes: the next begins wherever one has ended.
const waiting = [...checks]
const lane = async () => {
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await check(next)
}
await Promise.all([lane(), lane()])
// Alone, as it shows how far jobs are that run beside each other.
note('shown commands', run(process.execPath, ['scripts/jobs-docs.mjs', '--check']))

provision('strace', ['strace'])
provision('faketime', ['faketime'])
provision('sbatch', ['slurm-wlm', 'munge'])
provisionPython()
const otherNode = provisionNode()
if (otherNode !== undefined) process.env.PAWL_TEST_NODE = otherNode
// Only where everything is run: what was asked for by name is run on this Node alone.
if (otherNode !== undefined && process.argv.length === 2) {
  const contracts = ['test/cli/quickstart.test.ts', 'test/execution/local-executor.test.ts', 'test/io/formats.test.ts']
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
  if (run(otherNode, [vitest, 'run', '--reporter=dot', ...contracts])) passed++
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
