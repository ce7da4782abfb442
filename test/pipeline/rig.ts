import { spawn } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { onTestFinished } from 'vitest'

/** The built package, as users import it. */
export const pawl = (await import(pathToFileURL(resolve('dist/index.js')).href)) as typeof import('../../src/index.js')

/** How a script ended. */
export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface Document {
  readonly id: string
  readonly text: string
}

/** A project of a user's with the package in its node_modules. Removed when the test ends. */
export class PipelineRig {
  readonly folder = mkdtempSync(join(tmpdir(), 'pawl-pipeline-'))

  constructor() {
    mkdirSync(this.path('node_modules'))
    symlinkSync(resolve('.'), this.path('node_modules', 'pawl'))
    onTestFinished(() => rmSync(this.folder, { recursive: true, force: true }))
  }

  path(...parts: string[]): string {
    return join(this.folder, ...parts)
  }

  write(name: string, content: string | Buffer): string {
    mkdirSync(dirname(this.path(name)), { recursive: true })
    writeFileSync(this.path(name), content)
    return this.path(name)
  }

  /** Writes documents `<file>-0` to `<file>-<count - 1>`, each with as many words as its number. */
  writeDocuments(name: string, count: number, label = name): void {
    const documents = Array.from({ length: count }, (_, n) => ({
      id: `${label}-${n}`,
      text: Array(n + 1)
        .fill('word')
        .join(' '),
    }))
    this.write(name, documents.map(document => `${JSON.stringify(document)}\n`).join(''))
  }

  /** All files of a folder with what they hold, by path. */
  read(folder: string): Record<string, string> {
    const found: Record<string, string> = {}
    const visit = (at: string): void => {
      if (!existsSync(at)) return
      for (const name of readdirSync(at).sort()) {
        const path = join(at, name)
        if (statSync(path).isDirectory()) visit(path)
        else found[path.slice(this.path(folder).length + 1)] = readFileSync(path, 'utf8')
      }
    }
    visit(this.path(folder))
    return found
  }

  /** The ids of the documents in a file of output. */
  ids(name: string): string[] {
    return readFileSync(this.path(name), 'utf8')
      .split('\n')
      .filter(line => line !== '')
      .map(line => (JSON.parse(line) as Document).id)
  }

  lines(name: string): string[] {
    return existsSync(this.path(name))
      ? readFileSync(this.path(name), 'utf8')
          .split('\n')
          .filter(line => line !== '')
      : []
  }

  /** Runs a script of the project in a process of its own. */
  start(
    script: string,
    { args = [], env = {} }: { readonly args?: readonly string[]; readonly env?: NodeJS.ProcessEnv } = {},
  ) {
    const child = spawn(process.execPath, [this.path(script), ...args], {
      cwd: this.folder,
      env: { ...process.env, ...env },
    })
    const texts = { stdout: '', stderr: '' }
    child.stdout.on('data', chunk => (texts.stdout += String(chunk)))
    child.stderr.on('data', chunk => (texts.stderr += String(chunk)))
    const ended = new Promise<Ended>(done => child.once('close', (code, signal) => done({ code, signal, ...texts })))
    return { pid: child.pid as number, ended, kill: (signal: NodeJS.Signals) => child.kill(signal) }
  }

  /** Runs the command line in the project. */
  async cli(...args: string[]): Promise<Ended> {
    const main = resolve('dist/cli/main.js')
    const child = spawn(process.execPath, [main, ...args], { cwd: this.folder })
    const texts = { stdout: '', stderr: '' }
    child.stdout.on('data', chunk => (texts.stdout += String(chunk)))
    child.stderr.on('data', chunk => (texts.stderr += String(chunk)))
    return new Promise(done => child.once('close', (code, signal) => done({ code, signal, ...texts })))
  }
}
