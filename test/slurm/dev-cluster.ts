import { execFileSync, type SpawnSyncReturns, spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

/** A port that nothing listens on. */
function freePort(): Promise<number> {
  return new Promise((done, failed) => {
    const server = createServer().once('error', failed)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => done(port))
    })
  })
}

/** A cluster of two nodes on this machine, on loopback, with a completion log and without accounting. */
export class DevCluster {
  readonly env: NodeJS.ProcessEnv
  readonly #pids = new Set<number>()

  private constructor(readonly folder: string) {
    this.env = { ...process.env, SLURM_CONF: join(folder, 'slurm.conf') }
  }

  static async start(): Promise<DevCluster> {
    const folder = mkdtempSync(join(tmpdir(), 'pawl-slurm-'))
    chmodSync(folder, 0o755)
    const cluster = new DevCluster(folder)
    for (const name of ['ctld', 'd.n1', 'd.n2', 'log', 'run']) mkdirSync(join(folder, name))
    writeFileSync(join(folder, 'run', 'munge.key'), execFileSync('head', ['-c', '1024', '/dev/urandom']), {
      mode: 0o600,
    })
    const ports = [await freePort(), await freePort(), await freePort()]
    writeFileSync(join(folder, 'slurm.conf'), configuration(folder, ports))
    const munge = (kind: string, name = `munged.${kind}`) =>
      `--${kind}-file=${join(folder, name.endsWith('log') ? 'log' : 'run', name)}`
    const key = `--key-file=${join(folder, 'run', 'munge.key')}`
    try {
      cluster.run('munged', ['--force', key, `--socket=${cluster.#socket}`, munge('pid'), munge('log'), munge('seed')])
      cluster.run('slurmctld', [])
      await cluster.#noteStarted('munged', 'slurmctld')
      await Promise.all(['n1', 'n2'].map(node => cluster.startNode(node)))
      await cluster.until(() => cluster.ask('sinfo', '--noheader', '--format', '%t %D').stdout.trim() === 'idle 2')
    } catch (error) {
      cluster.stop()
      throw error
    }
    return cluster
  }

  get #socket(): string {
    return join(this.folder, 'run', 'munge.socket')
  }

  async startNode(node: string): Promise<void> {
    this.run('slurmd', ['-N', node])
    await this.#noteStarted(`slurmd.${node}`)
  }

  /** kill -9 of a node's daemon, while what it started lives. */
  killNode(node: string): void {
    process.kill(this.#pidOf(`slurmd.${node}`), 'SIGKILL')
  }

  /** Runs a command of Slurm that has to succeed. */
  run(command: string, args: readonly string[], options: { readonly cwd?: string } = {}): string {
    const { status, stdout, stderr } = this.#spawn(command, args, options)
    if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}${stdout}`)
    return stdout
  }

  ask(command: string, ...args: string[]): SpawnSyncReturns<string> {
    return this.#spawn(command, args, {})
  }

  /** Looks again until something is so. */
  async until(isSo: () => boolean): Promise<void> {
    while (!isSo()) await delay(100)
  }

  stop(): void {
    this.ask('scancel', '--user', 'root')
    this.ask('scontrol', 'shutdown')
    this.ask('munged', '--stop', `--socket=${this.#socket}`)
    for (const pid of this.#pids) killIfThere(pid)
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 })
  }

  #spawn(command: string, args: readonly string[], { cwd }: { readonly cwd?: string }): SpawnSyncReturns<string> {
    const path = `${process.env['PATH']}:/usr/sbin:/sbin`
    return spawnSync(command, args, { env: { ...this.env, PATH: path }, encoding: 'utf8', cwd })
  }

  /** Daemons write their numbers once they are in the background. */
  async #noteStarted(...names: string[]): Promise<void> {
    for (const name of names) {
      await this.until(() => this.#pidOf(name) > 0)
      this.#pids.add(this.#pidOf(name))
    }
  }

  #pidOf(name: string): number {
    const path = join(this.folder, 'run', `${name}.pid`)
    return existsSync(path) ? Number(readFileSync(path, 'utf8')) : 0
  }
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

function configuration(folder: string, [control, first, second]: readonly number[]): string {
  const host = hostname().split('.')[0]
  const at = (...parts: string[]) => join(folder, ...parts)
  return `ClusterName=dev
SlurmctldHost=${host}(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket=${at('run', 'munge.socket')}
StateSaveLocation=${at('ctld')}
SlurmdSpoolDir=${at('d.%n')}
SlurmctldPidFile=${at('run', 'slurmctld.pid')}
SlurmdPidFile=${at('run', 'slurmd.%n.pid')}
SlurmctldLogFile=${at('log', 'slurmctld.log')}
SlurmdLogFile=${at('log', 'slurmd.%n.log')}
SlurmctldPort=${control}
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/filetxt
JobCompLoc=${at('log', 'jobcomp.txt')}
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=1,bf_interval=1,batch_sched_delay=0,sched_min_interval=0
ReturnToService=2
SlurmdParameters=config_overrides
KillWait=5
MinJobAge=300
JobRequeue=1
MaxArraySize=64
SlurmctldTimeout=10
SlurmdTimeout=10
NodeName=n1 NodeHostname=${host} NodeAddr=127.0.0.1 Port=${first} CPUs=8 RealMemory=4000 State=UNKNOWN
NodeName=n2 NodeHostname=${host} NodeAddr=127.0.0.1 Port=${second} CPUs=8 RealMemory=4000 State=UNKNOWN
PartitionName=main Nodes=n[1-2] Default=YES MaxTime=INFINITE State=UP
`
}
