import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { rayPython } from '../../scripts/provision-python.mjs'
import { processes } from '../processes.js'

/** Ray notices what is gone within two seconds, rather than a minute. */
const quick = {
  RAY_health_check_initial_delay_ms: '1000',
  RAY_health_check_period_ms: '500',
  RAY_health_check_timeout_ms: '1500',
  RAY_health_check_failure_threshold: '3',
  // A process of its own that does not come up is started again, which it does after a minute else.
  RAY_worker_register_timeout_seconds: '15',
}

const common = ['--object-store-memory=78643200', '--disable-usage-stats', '--block']

/** A Ray cluster on this machine's loopback: a head without CPUs, and raylets that come and go. */
export class RayCluster implements AsyncDisposable {
  readonly #nodes: ChildProcess[] = []
  #last = 1

  private constructor(
    readonly folder: string,
    readonly address: string,
    readonly dashboard: string,
  ) {}

  static async start(nodes: number, cpus = 1): Promise<RayCluster> {
    // Sockets of Ray lie below, and the system limits the length of their names.
    const folder = mkdtempSync(join(tmpdir(), 'ray-'))
    const [head, web] = [await freePort(), await freePort()]
    const cluster = new RayCluster(folder, `127.0.0.2:${head}`, `http://127.0.0.2:${web}`)
    const dashboard = ['--dashboard-host=127.0.0.2', `--dashboard-port=${web}`]
    // Of its own, as another cluster on this machine would have the usual one.
    const agent = `--dashboard-agent-listen-port=${await freePort()}`
    await cluster.#run(['--head', `--port=${head}`, '--num-cpus=0', `--temp-dir=${folder}`, ...dashboard, agent])
    for (let count = 0; count < nodes; count++) await cluster.addNode(cpus)
    return cluster
  }

  /** @returns the process that keeps the raylet; what it started ends with it */
  async addNode(cpus = 1): Promise<ChildProcess> {
    return this.#run([`--address=${this.address}`, `--num-cpus=${cpus}`])
  }

  async #run(args: readonly string[]): Promise<ChildProcess> {
    const ray = join(dirname(rayPython), 'ray')
    const address = `--node-ip-address=127.0.0.${++this.#last}`
    const child = spawn(ray, ['start', ...args, address, '--include-log-monitor=false', ...common], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ...quick },
    })
    this.#nodes.push(child)
    for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream }))
      if (line.includes('Ray runtime started')) break
    child.stdout?.resume()
    return child
  }

  /** Starts nodes until there are so many beside the head: tests end some of them. */
  async fill(nodes: number, cpus = 1): Promise<void> {
    while (this.#raylets().length < nodes) await this.addNode(cpus)
  }

  /** Ends a node as a power cut would. */
  killNode(): void {
    process.kill(this.#raylets()[0], 'SIGKILL')
  }

  /** The processes of raylets that live, without the head's. */
  #raylets(): number[] {
    const isOwn = (part: string) => part.includes(this.folder)
    return processes()
      .filter(({ command }) => command[0]?.endsWith('/raylet') && command.some(isOwn))
      .filter(({ command }) => !command.includes('--node_ip_address=127.0.0.2'))
      .map(({ pid }) => pid)
  }

  /** Ends the head as a power cut would. */
  killHead(): void {
    this.#nodes[0].kill('SIGKILL')
    // What it started ends with the process that keeps it, and not before its children are told.
    for (const { pid, command } of processes())
      if (command.some(part => part.includes('gcs_server')) && command.some(part => part.includes(this.folder)))
        process.kill(pid, 'SIGKILL')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#nodes.reverse()) {
      if (child.exitCode !== null || child.signalCode !== null) continue
      child.kill('SIGTERM')
      await once(child, 'exit')
    }
    rmSync(this.folder, { recursive: true, force: true })
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}
