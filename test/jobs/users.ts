import { spawn } from 'node:child_process'
import { chmodSync, chownSync, lchownSync, mkdirSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Ended } from '../rig-job.js'
import { quickBeats } from './gated-rig.js'

/** Somebody with an own number, and a group that may be another's too. */
export interface User {
  readonly uid: number
  readonly gid: number
}

const group = 4_711
export const owner: User = { uid: 4_801, gid: group }
export const member: User = { uid: 4_802, gid: group }
export const stranger: User = { uid: 4_803, gid: 4_712 }

/** A folder of a rig, whose users start processes of their own in it. */
export class SharedFolder {
  constructor(readonly folder: string) {
    chmodSync(folder, 0o755)
    for (const { uid, gid } of [owner, member, stranger]) {
      mkdirSync(this.home(uid))
      chownSync(this.home(uid), uid, gid)
    }
  }

  home(uid: number): string {
    return join(this.folder, `home-${uid}`)
  }

  /** Gives all that is there, and what is made there later, to a user and the group; the group may write. */
  giveTo({ uid }: User): void {
    for (const name of ['.', ...readdirSync(this.folder, { recursive: true, encoding: 'utf8' })])
      if (!name.startsWith('home-') && !name.startsWith('node_modules')) lchownSync(join(this.folder, name), uid, group)
    chmodSync(this.folder, 0o775)
  }

  /** Starts the program as a user whose files get no more than these rights. */
  start(
    { uid, gid }: User,
    umask: string,
    args: readonly string[],
  ): { readonly pid: number; readonly ended: Promise<Ended> } {
    const command = [
      '-c',
      `umask ${umask}; exec "$@"`,
      'sh',
      process.execPath,
      resolve('dist', 'cli', 'main.js'),
      ...args,
    ]
    const env = { ...quickBeats, HOME: this.home(uid), XDG_STATE_HOME: this.home(uid) }
    const child = spawn('/bin/sh', command, { uid, gid, cwd: this.folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
    const texts = { stdout: '', stderr: '' }
    child.stdout.on('data', chunk => (texts.stdout += String(chunk)))
    child.stderr.on('data', chunk => (texts.stderr += String(chunk)))
    const ended = new Promise<Ended>(done => child.once('close', (code, signal) => done({ code, signal, ...texts })))
    return { pid: child.pid as number, ended }
  }

  run(user: User, umask: string, ...args: readonly string[]): Promise<Ended> {
    return this.start(user, umask, args).ended
  }
}
