import { join } from 'node:path'
import type { ExportedFile } from '../../core/records.js'
import { describeFailure, isSystemError, UnitFailure } from '../../execution/protocol/unit-failure.js'
import { StagedFile } from '../../util/durable-file.js'
import type { OutputFile } from '../stage.js'

interface OpenOutput extends OutputFile {
  readonly target: string
  readonly file: StagedFile
  readonly rows: () => number
}

/** The files that a source writes, each staged in the folder of its sink until all of the source is done. */
export class OutputFiles {
  readonly #open = new Map<string, OpenOutput>()

  constructor(
    readonly source: string,
    readonly writer: string,
    readonly attempt: string,
  ) {}

  /**
   * @param name of the file: `jsonl` → `<source>.jsonl`, `2.jsonl` → `<source>-2.jsonl`
   * @param tag what tells this run's files from those of others
   * @throws {TypeError} where the name is a path
   */
  open(folder: string, name: string, tag: string | undefined): OutputFile {
    const target = join(folder, `${this.source}${nameBehind(name, tag)}`)
    const known = this.#open.get(target)
    if (known !== undefined) return known
    const file = guarded(() => StagedFile.create(folder, this.writer, this.attempt))
    let rows = 0
    const opened: OpenOutput = {
      target,
      file,
      rows: () => rows,
      write: chunk => guarded(() => file.write(typeof chunk === 'string' ? Buffer.from(chunk) : chunk)),
      countRows: more => {
        rows += more
      },
    }
    this.#open.set(target, opened)
    return opened
  }

  /** Flushes and syncs all of them. */
  seal(): ExportedFile[] {
    return [...this.#open.values()].map(({ target, file, rows }) => {
      const sealed = guarded(() => file.seal())
      return { path: target, staged: file.path, rows: rows(), ...sealed }
    })
  }

  discard(): void {
    for (const { file } of this.#open.values()) file.discard()
  }
}

const plainName = /^[\w][\w.@+-]*$/
/** A suffix with that of a compression is one. */
const extension = /^[^.]+$|^(?:jsonl|ndjson|json|csv|tsv|txt)\.(?:gz|zst)$/

/** What stands behind a source's name in that of a file. */
export function nameBehind(name: string, tag: string | undefined): string {
  const plain = name.replace(/^\./, '')
  if (!plainName.test(plain))
    throw new TypeError(`output("${name}"): a name has letters, digits, dots and dashes, and no folder`)
  const at = extension.test(plain) ? 0 : plain.indexOf('.') + 1
  const part = at === 0 ? '' : `-${plain.slice(0, at - 1)}`
  return `${part}${tag === undefined ? '' : `.${tag}`}.${plain.slice(at)}`
}

/** A disk that is full, say, is no matter of the task at hand: the job stops. */
function guarded<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (isSystemError(error)) throw new UnitFailure(describeFailure(error), { cause: error })
    throw error
  }
}
