// `npm run crash`: the crash rigs of the tests with about 2,000 points instead of 200; takes an hour or two.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const points = process.env.PAWL_CRASH_POINTS ?? '720'
const build = spawnSync(process.execPath, ['scripts/build.mjs'], { cwd: root, stdio: 'inherit' })
if (build.status !== 0) process.exit(1)
const { status } = spawnSync(`${root}/node_modules/.bin/vitest`, ['run', 'test/crash', ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, PAWL_CRASH_POINTS: points, PAWL_TEST_REQUIRE: 'all' },
})
process.exit(status ?? 1)
