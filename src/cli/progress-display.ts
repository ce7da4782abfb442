import type { WriteStream } from 'node:tty'
import type { Progress } from '../engine/progress.js'
import { progressLine, progressLines } from './progress-lines.js'
import { isRedrawable, paintFor, showsUnicode, widthOf } from './terminal.js'

const redrawMs = 200
const plainLineMs = 10_000

/** Shows progress: three lines that are drawn over on a terminal, a plain line now and then elsewhere. */
export class ProgressDisplay {
  readonly #isDrawn: boolean
  #timer: NodeJS.Timeout | undefined
  #progress: (() => Progress) | undefined
  /** What stands on the screen, to be taken away again. */
  #shown: readonly string[] = []

  constructor(readonly out: WriteStream | undefined) {
    this.#isDrawn = out !== undefined && isRedrawable(out)
  }

  start(progress: () => Progress): void {
    if (this.out === undefined) return
    this.#progress = progress
    this.#timer = setInterval(() => this.#show(), this.#isDrawn ? redrawMs : plainLineMs)
    this.#timer.unref()
    if (this.#isDrawn) this.#show()
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#progress = undefined
    this.#erase()
  }

  /** Writes a line that stays, above what is drawn over. */
  print(line: string, to: NodeJS.WritableStream): void {
    this.#erase()
    to.write(`${line}\n`)
    if (this.#isDrawn) this.#show()
  }

  #show(): void {
    const progress = this.#progress?.()
    if (progress === undefined || this.out === undefined) return
    if (!this.#isDrawn) {
      this.out.write(`${progressLine(progress)}\n`)
      return
    }
    const paint = paintFor(this.out)
    const bar = showsUnicode() ? (['█', '░'] as const) : (['#', '.'] as const)
    const lines = progressLines(progress, widthOf(this.out), bar)
    const erase = this.#eraser()
    this.#shown = lines
    this.out.write(`${erase}${paint('cyan', lines[0])}\n${lines.slice(1).join('\n')}\n`)
  }

  #erase(): void {
    if (this.#shown.length === 0) return
    this.out?.write(this.#eraser())
    this.#shown = []
  }

  /** Moves up over the lines on the screen, which fill more rows where it has become narrower, and clears from there. */
  #eraser(): string {
    const columns = this.out?.columns ?? 80
    const rows = this.#shown.reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / columns)), 0)
    return rows === 0 ? '' : `\x1b[${rows}A\r\x1b[J`
  }
}
