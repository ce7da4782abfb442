import { basename, isAbsolute, sep } from 'node:path'
import { withoutSuffixes } from '../../pipeline/folder-pair/stem-of.js'
import { FileGroupTask, type Task } from '../../pipeline/task.js'
import { Occurrences } from '../../pipeline/task-id.js'
import { KeyTable } from '../../util/key-table.js'
import type { SourceList } from './source-list.js'

/** What names of output begin with: the file's own name where a source is one file, else the source's id. */
export class SourceNames {
  /** Made once there is a source that has no name yet. */
  #taken: KeyTable | undefined
  readonly #ranges = new Occurrences()

  /** @param known sources that have their names */
  constructor(readonly known: SourceList) {}

  of(task: Task): string {
    const pinned = this.known.indexOf(task.id)
    // Parts of a file are counted, those that have their names too.
    const isCounted = task instanceof FileGroupTask && task.range !== undefined
    if (pinned >= 0 && !isCounted) return this.known.name(pinned)
    const wanted = this.#wanted(task)
    if (pinned >= 0) return this.known.name(pinned)
    this.#taken ??= this.#namesOfKnown()
    const name = this.#taken.find(0, wanted) >= 0 ? `${wanted}-${task.id.slice(0, 8)}` : wanted
    this.#taken.add(0, name)
    return name
  }

  #namesOfKnown(): KeyTable {
    const names = new KeyTable()
    for (let index = 0; index < this.known.length; index++) names.add(0, this.known.name(index))
    return names
  }

  #wanted(task: Task): string {
    if (!(task instanceof FileGroupTask) || task.places.length !== 1) return task.id
    const [place] = task.places
    const isInside = !isAbsolute(place) && !place.split(sep).includes('..')
    const stem = withoutSuffixes(isInside ? place : basename(place))
    return task.range === undefined ? stem : `${stem}-${this.#ranges.next(stem) + 1}`
  }
}
