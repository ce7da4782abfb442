// `npm run crash`: the crash rigs of the tests at length: all scenarios and kinds of kills, 10,000 random histories, all
// mutants, 600 damaged files, all hostile texts, 120,000 damaged inputs. Takes some hours; PAWL_CRASH_POINTS, PAWL_HISTORIES, PAWL_HANDS_POINTS, PAWL_FUZZ_INPUTS and PAWL_DAMAGE_ROUNDS make it shorter,
// PAWL_CRASH_SEED makes it repeat what it drew. Prints seed and commit, so that a report can name them.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const commit = spawnSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root, encoding: 'utf8' }).stdout.trim()
const given = {
  PAWL_CRASH_POINTS: '720',
  PAWL_HISTORIES: '10000',
  PAWL_DAMAGE_ROUNDS: '600',
  PAWL_FUZZ_INPUTS: '120000',
  PAWL_TEST_REQUIRE: 'all',
  PAWL_CRASH_SEED: String(Number.parseInt(commit.slice(0, 6), 16) % 10_000),
}
const env = {
  ...process.env,
  ...Object.fromEntries(Object.entries(given).map(([key, value]) => [key, process.env[key] ?? value])),
}
console.log(
  `commit ${commit}, seed ${env.PAWL_CRASH_SEED}, ${env.PAWL_HISTORIES} histories, ${env.PAWL_CRASH_POINTS} points`,
)
const build = spawnSync('npm', ['run', 'build'], { cwd: root, stdio: 'inherit' })
if (build.status !== 0) process.exit(1)
const args = [
  'run',
  'test/crash',
  'test/safety/clocks.test.ts',
  'test/safety/own-files.test.ts',
  'test/io/fuzz.test.ts',
  'test/hands/model.test.ts',
  'test/ray',
  'test/safety/clocks.test.ts',
  'test/ops/hostile.test.ts',
  ...process.argv.slice(2),
]
const { status } = spawnSync(`${root}/node_modules/.bin/vitest`, args, { cwd: root, stdio: 'inherit', env })
process.exit(status ?? 1)
