import { closeSync, openSync, writeSync } from 'node:fs'

/** A file that narrates. Where it cannot be opened or written, that is told once and nothing else stops. */
export class LogFile {
  #fd: number | undefined
  #hasFailed = false

  constructor(
    readonly path: string,
    readonly onFailure: (message: string) => void,
  ) {
    this.#attempt(() => {
      this.#fd = openSync(path, 'a')
    })
  }

  append(text: string): void {
    const fd = this.#fd
    if (fd === undefined) return
    const bytes = Buffer.from(text)
    this.#attempt(() => {
      for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done)
    })
  }

  /** Does something else with log files, such as giving them other names, and opens this one anew. */
  rotate(move: () => void): void {
    this.close()
    this.#attempt(() => {
      move()
      this.#fd = openSync(this.path, 'a')
    })
  }

  close(): void {
    const fd = this.#fd
    this.#fd = undefined
    if (fd !== undefined) this.#attempt(() => closeSync(fd))
  }

  #attempt(work: () => void): void {
    try {
      work()
    } catch (error) {
      if ((error as NodeJS.ErrnoException).syscall === undefined) throw error
      if (this.#hasFailed) return
      this.#hasFailed = true
      this.onFailure(`${this.path} cannot be written (${(error as Error).message}); the job goes on without it`)
    }
  }
}
