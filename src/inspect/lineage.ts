import type { Sample } from '../core/sample.js'
import { DocumentBatch, type Task } from '../pipeline/task.js'
import { type Carried, copyOf, isAlone, samplesOf } from './carried.js'
import type { OneStage, Ran } from './run-one-stage.js'

/** What of a stage's result comes of the documents that are followed. */
export type Lineage =
  | {
      readonly kind: 'known'
      readonly left: readonly Carried[]
      /** True where it came of others of the batch as well. */
      readonly isShared: boolean
    }
  | { readonly kind: 'unknown'; readonly reason: string }

interface Run {
  readonly carried: Carried
  /** The copy that the stage was given. */
  readonly given: Carried
  readonly ran: Ran
}

/**
 * Finds what came of some documents of a batch. A stage that passes its documents on shows it; of one that makes new ones
 * it is what comes with them and does not come without them.
 */
export async function lineageOf(stage: OneStage, { carried, given, ran }: Run): Promise<Lineage> {
  if (isAlone(carried)) return { kind: 'known', left: carry(ran.made, () => true), isShared: false }
  const passed = new Set(samplesOf(given.task))
  const isPassedOn = ran.made.every(task => task instanceof DocumentBatch && task.samples.every(one => passed.has(one)))
  if (isPassedOn)
    return { kind: 'known', left: carry(ran.made, item => given.own.has(item as Sample)), isShared: false }
  const items = itemsOf(ran.made)
  const texts = items.map(textOf)
  const without = itemsOf((await stage.once(copyOf(carried, 'others').task)).made).map(textOf)
  const rest = missingFrom(texts, without)
  if (rest !== undefined) {
    const own = new Set(rest.map(at => items[at]))
    if (own.size === 0 && hasTwin(carried)) return { kind: 'unknown', reason: twin }
    return { kind: 'known', left: carry(ran.made, item => own.has(item)), isShared: false }
  }
  const again = itemsOf((await stage.once(copyOf(carried).task)).made).map(textOf)
  if (again.join('\n') !== texts.join('\n'))
    return { kind: 'unknown', reason: 'it gives something else each time it is run' }
  const others = new Map<string, number>()
  for (const text of without) others.set(text, (others.get(text) ?? 0) + 1)
  const own = new Set(
    items.filter((_, at) => {
      const count = others.get(texts[at]) ?? 0
      others.set(texts[at], count - 1)
      return count <= 0
    }),
  )
  if (own.size === 0 && hasTwin(carried)) return { kind: 'unknown', reason: twin }
  return { kind: 'known', left: carry(ran.made, item => own.has(item)), isShared: true }
}

const twin = 'another document of its batch holds the same, and which of the two came through does not show'

/** True where a document that is not followed holds the same as one that is. */
function hasTwin({ task, own }: Carried): boolean {
  const texts = new Set([...own].map(textOf))
  return samplesOf(task).some(sample => !own.has(sample) && texts.has(textOf(sample)))
}

type Item = Sample | Task

/** Documents of batches one by one, and other tasks whole. */
function itemsOf(tasks: readonly Task[]): Item[] {
  return tasks.flatMap((task): readonly Item[] => (task instanceof DocumentBatch ? task.samples : [task]))
}

function textOf(item: Item): string {
  return JSON.stringify('value' in item ? item.value : item.data)
}

/** The tasks that hold anything of what is followed, with what that is. */
function carry(tasks: readonly Task[], isOwn: (item: Item) => boolean): Carried[] {
  return tasks.flatMap(task => {
    if (!(task instanceof DocumentBatch)) return isOwn(task) ? [{ task, own: new Set<Sample>() }] : []
    const own = new Set(task.samples.filter(isOwn))
    return own.size === 0 ? [] : [{ task, own }]
  })
}

/** Where items stand that the others lack, if the others are in them one after the other; undefined where they are not. */
function missingFrom(items: readonly string[], others: readonly string[]): number[] | undefined {
  const missing: number[] = []
  let next = 0
  for (const [at, item] of items.entries()) {
    if (item === others[next]) next++
    else missing.push(at)
  }
  return next === others.length ? missing : undefined
}
