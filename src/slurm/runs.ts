import { join } from 'node:path'
import { publishOwnFile, readOwnFile } from '../state/own-file.js'
import { makeFolderDurably } from '../util/durable-file.js'
import { identityOf, type ProcessIdentity } from '../util/process-identity.js'
import { listIfThere } from '../util/remove.js'

/** That a script is about to be submitted. It is on the disk before Slurm hears of it. */
export interface Intent {
  /** The name that the job gets, so that it is found again whatever happens to the answer. */
  readonly run: string
  /** What of the array; undefined for all of it. */
  readonly array?: string
  readonly offset?: number
  readonly by: ProcessIdentity
  /** By the clock of who submitted it, in milliseconds. */
  readonly at: number
}

export interface Run extends Intent {
  readonly number: number
  /** Undefined where no answer is on record: Slurm may know of it or not. */
  readonly jobId: string | undefined
}

/**
 * What was submitted of a script, in `<script>.runs/`: `<n>.json` says that it is to be, and is made by exclusive create, so
 * that of two who submit at once one waits; `<n>.job.json` says that it was, and as which job.
 */
export class Runs {
  readonly folder: string

  constructor(
    script: string,
    readonly writer: string,
  ) {
    this.folder = `${script}.runs`
  }

  /** All of them, the first one first. One whose file is damaged is left out: its name is known to nobody. */
  list(): Run[] {
    const numbers = listIfThere(this.folder).flatMap(name => /^(\d+)\.json$/.exec(name)?.[1] ?? [])
    return numbers
      .map(Number)
      .sort((a, b) => a - b)
      .flatMap(number => {
        const intent = readOwnFile<Intent>(this.#path(number))
        if (intent.kind !== 'read') return []
        const answer = readOwnFile<{ readonly jobId: string }>(this.#path(number, '.job'))
        return [{ ...intent.content, number, jobId: answer.kind === 'read' ? answer.content.jobId : undefined }]
      })
  }

  /** @returns the run that is on record now; undefined where somebody else began one at this very moment */
  intend(what: Pick<Intent, 'run' | 'array' | 'offset'>): Run | undefined {
    makeFolderDurably(this.folder)
    const numbers = listIfThere(this.folder).flatMap(name => /^(\d+)\.json$/.exec(name)?.[1] ?? [])
    const number = Math.max(0, ...numbers.map(Number)) + 1
    const intent: Intent = { ...what, by: identityOf(process.pid), at: Date.now() }
    return publishOwnFile(this.#path(number), intent, this.writer) ? { ...intent, number, jobId: undefined } : undefined
  }

  /** Puts on record as which job it was submitted. */
  answer({ number }: Run, jobId: string): void {
    publishOwnFile(this.#path(number, '.job'), { jobId }, this.writer)
  }

  #path(number: number, kind = ''): string {
    return join(this.folder, `${number}${kind}.json`)
  }
}
