import { type ChildProcess, spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { packageRoot } from '../../util/package-root.js'
import type { FromDriver, ToDriver } from './ray-messages.js'

const script = join(packageRoot, 'dist', 'execution', 'ray', 'driver.py')

/** The interpreter that has `ray`: PAWL_RAY_PYTHON, or python3 on the PATH. */
export const rayPython = (): string => process.env['PAWL_RAY_PYTHON'] ?? 'python3'

export interface DriverOptions {
  /** The first line that the driver reads. */
  readonly settings: Readonly<Record<string, unknown>>
  readonly logFile: string
  readonly onNews: (news: FromDriver) => void
}

/** The process of the Python driver. It ends with this process, and ends then whatever it has started. */
export class RayDriver {
  /** Resolves once it is gone and all that it said has been heard. */
  readonly gone: Promise<string>
  /** False where there is no such interpreter. */
  hasStarted = true
  readonly #child: ChildProcess

  constructor({ settings, logFile, onNews }: DriverOptions) {
    // A session of its own: signals of a terminal are for the coordinator, which decides what they mean.
    const child = spawn(rayPython(), [script, String(process.pid)], { stdio: ['pipe', 'pipe', 'pipe'], detached: true })
    this.#child = child
    const log = createWriteStream(logFile, { flags: 'a' })
    // A log that cannot be written stops no job.
    log.on('error', () => {})
    child.stderr?.pipe(log)
    child.stdin?.on('error', () => {})
    const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream, crlfDelay: Number.POSITIVE_INFINITY })
    lines.on('line', line => onNews(JSON.parse(line) as FromDriver))
    const heard = new Promise<void>(resolve => lines.once('close', resolve))
    this.gone = new Promise<string>(resolve => {
      child.once('error', error => {
        this.hasStarted = false
        resolve(`${rayPython()} could not be started (${error.message})`)
      })
      child.once('exit', (code, signal) =>
        resolve(signal === null ? `it exited with code ${code}` : `it was ended by ${signal}`),
      )
    }).then(async how => {
      await heard
      return how
    })
    this.#write({ ...settings, coordinator: process.pid })
  }

  send(command: ToDriver): void {
    this.#write(command)
  }

  /** Lets it end what is left, and ends it where that takes too long. */
  async close(patienceMs: number): Promise<void> {
    this.#child.stdin?.end()
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), patienceMs)
    await this.gone
    clearTimeout(timer)
  }

  #write(line: unknown): void {
    this.#child.stdin?.write(`${JSON.stringify(line)}\n`)
  }
}
