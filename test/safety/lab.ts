import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { EventBody } from '../../src/core/events.js'
import { openRecipe } from '../../src/engine/open-recipe.js'
import { runRecipe } from '../../src/engine/run-recipe.js'

/** How a run ended: how many units it started, what it warned of, and its error, if any. */
export interface LabRun {
  readonly error: Error | undefined
  readonly events: readonly EventBody[]
  readonly units: number
  readonly warnings: readonly string[]
  readonly start: string
}

/** A folder with recipes and data in which jobs are run in this process, by real workers. */
export class Lab {
  readonly folder = mkdtempSync(join(tmpdir(), 'pawl-lab-'))

  constructor() {
    onTestFinished(() => rmSync(this.folder, { recursive: true, force: true }))
  }

  path(...parts: string[]): string {
    return join(this.folder, ...parts)
  }

  write(name: string, content: string | Buffer): void {
    mkdirSync(dirname(this.path(name)), { recursive: true })
    writeFileSync(this.path(name), content)
  }

  writeTexts(name: string, texts: readonly string[]): void {
    this.write(name, texts.map(text => `${JSON.stringify({ text })}\n`).join(''))
  }

  read(name: string): string {
    return readFileSync(this.path(name), 'utf8')
  }

  texts(name = 'out/result.jsonl'): string[] {
    const lines = this.read(name)
      .split('\n')
      .filter(line => line !== '')
    return lines.map(line => (JSON.parse(line) as { text: string }).text)
  }

  /** Runs a recipe given as values; relative places lie in the lab. */
  async run(
    values: Readonly<Record<string, unknown>>,
    signal?: AbortSignal,
    onEvent?: (event: EventBody) => void,
  ): Promise<LabRun> {
    const places = ['dataset_path', 'export_path', 'work_dir', 'checkpoint_dir', 'partition_dir', 'event_log_dir']
    const defaults = { dataset_path: 'data', export_path: 'out/result.jsonl', work_dir: 'jobs', job_id: 'job', np: 2 }
    const recipe: Record<string, unknown> = { ...defaults, worker: { retry_delay_s: 0.01 }, ...values }
    for (const key of places) {
      const value = recipe[key]
      if (typeof value === 'string') recipe[key] = this.path(value)
    }
    this.write('recipe.yaml', JSON.stringify(recipe))
    const events: EventBody[] = []
    const warnings: string[] = []
    let error: Error | undefined
    try {
      const options = {
        onEvent: (event: EventBody) => {
          events.push(event)
          onEvent?.(event)
        },
        onWarning: (text: string) => void warnings.push(text),
        signal,
      }
      await runRecipe(await openRecipe(this.path('recipe.yaml')), options)
    } catch (thrown) {
      error = thrown as Error
    }
    const units = events.filter(({ event_type }) => event_type === 'partition_start').length
    const start = events.find(event => event.event_type === 'job_start')
    return { error, events, warnings, units, start: start?.event_type === 'job_start' ? start.message : '' }
  }

  /** Every file under a folder with its content, as long as `isSeen` wants it: to hold two moments against each other. */
  manifest(name = '.', isSeen: (path: string) => boolean = () => true): Record<string, string> {
    const found: Record<string, string> = {}
    for (const entry of readdirSync(this.path(name), { recursive: true, encoding: 'utf8' }).sort()) {
      const path = join(this.path(name), entry)
      if (!isSeen(entry)) continue
      found[entry] = statSync(path).isDirectory() ? 'folder' : readFileSync(path, 'latin1')
    }
    return found
  }

  remove(...names: readonly string[]): void {
    for (const name of names) rmSync(this.path(name), { recursive: true, force: true })
  }

  files(name: string): string[] {
    return readdirSync(this.path(name))
  }
}
