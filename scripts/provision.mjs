// Installs what some tests need beside the packages of npm, where this machine lets us; what is there already is left
// as it is. Run as a program, as `npm test` does beside its checks, or asked where things are.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { provisionPython, testCache } from './provision-python.mjs'

/** The long-term release of Node that the contracts run on as well. */
export const longTermNode = '26.10.0'

const nodeFolder = join(testCache, `node-${longTermNode}`)
const nodeProgram = join(nodeFolder, 'node_modules', 'node', 'bin', 'node')

/** The program of that release; undefined where it could not be installed. */
export const otherNode = () => (existsSync(nodeProgram) ? nodeProgram : undefined)

/** Debian packages that some tests need. */
function provideCommand(command, packages) {
  if (spawnSync(command, ['-V'], { stdio: 'ignore' }).error === undefined) return
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return
  console.log(`installing ${packages.join(', ')}`)
  spawnSync('apt-get', ['-q', 'update'], { stdio: 'ignore' })
  spawnSync('apt-get', ['-q', '-y', 'install', ...packages], { stdio: 'ignore' })
}

/** From the npm package `node`, which brings its binary. */
function provideNode() {
  if (existsSync(nodeProgram)) return
  console.log(`installing node@${longTermNode}`)
  mkdirSync(nodeFolder, { recursive: true })
  writeFileSync(join(nodeFolder, 'package.json'), '{"private":true,"allowScripts":{"node":true}}')
  const options = ['--no-audit', '--no-fund', '--no-save', '--loglevel=error']
  spawnSync('npm', ['install', ...options, `node@${longTermNode}`], { cwd: nodeFolder, stdio: 'inherit' })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  provideCommand('strace', ['strace'])
  provideCommand('faketime', ['faketime'])
  provideCommand('sbatch', ['slurm-wlm', 'munge'])
  provideNode()
  provisionPython()
}
