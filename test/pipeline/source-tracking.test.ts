import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SourceTracker, type TaskFact } from '../../src/pipeline/source-tracking.js'
import { childId, knownId, type TaskId } from '../../src/pipeline/task-id.js'

const id = (text: string) => knownId(text)

/** Tells a tracker facts of one source, and says what it makes of them. */
function heard(...facts: TaskFact[]): string {
  const tracker = new SourceTracker()
  for (const fact of facts) tracker.note({ sources: [id('s')], attempt: 1, fact })
  return tracker.stateOf(id('s'))
}

const emitted: TaskFact = { kind: 'emitted', task: id('s') }
const consumed = (task: string, children: string[] = [], failed: string[] = []): TaskFact => ({
  kind: 'consumed',
  task: id(task),
  children: children.map(id),
  failed: failed.map(id),
})

describe('the table of events', () => {
  it('source +1: a source that was emitted is open', () => expect(heard(emitted)).toBe('open'))
  it('1→1: nothing changes until the sink', () => {
    expect(heard(emitted, consumed('s', ['a']))).toBe('open')
    expect(heard(emitted, consumed('s', ['a']), consumed('a'))).toBe('complete')
  })
  it('none: the branch is consumed', () => expect(heard(emitted, consumed('s'))).toBe('complete'))
  it('failed: the source is not complete', () =>
    expect(heard(emitted, { kind: 'failed', task: id('s') })).toBe('failed'))
  it('fan-out with failed children: they keep it from being complete', () => {
    expect(heard(emitted, consumed('s', ['a', 'b'], ['b']))).toBe('open')
    expect(heard(emitted, consumed('s', ['a', 'b'], ['b']), consumed('a'))).toBe('failed')
  })
  it('last descendant: then it is complete, and not before', () => {
    const facts = [emitted, consumed('s', ['a', 'b']), consumed('a', ['c']), consumed('b')]
    expect(heard(...facts)).toBe('open')
    expect(heard(...facts, consumed('c'))).toBe('complete')
  })
  it('fan-out at the sink: the children end there', () => {
    expect(heard(emitted, consumed('s', ['a', 'b']), consumed('a'), consumed('b'))).toBe('complete')
  })
  it('A→2 with B→0 in one batch, in both orders', () => {
    for (const order of [0, 1]) {
      const tracker = new SourceTracker()
      const of = (source: string, fact: TaskFact) => ({ sources: [id(source)], attempt: 1, fact })
      const news = [of('A', consumed('A', ['a1', 'a2'])), of('B', consumed('B'))]
      for (const source of ['A', 'B']) tracker.note(of(source, { kind: 'emitted', task: id(source) }))
      for (const one of order === 0 ? news : news.reverse()) tracker.note(one)
      expect([tracker.stateOf(id('A')), tracker.stateOf(id('B'))]).toEqual(['open', 'complete'])
    }
  })
  it('what was never heard of is unknown', () => expect(new SourceTracker().stateOf(id('x'))).toBe('unknown'))
  it('a join names all its parents: each source waits for it', () => {
    const tracker = new SourceTracker()
    for (const source of ['A', 'B']) {
      tracker.note({ sources: [id(source)], attempt: 1, fact: { kind: 'emitted', task: id(source) } })
      tracker.note({ sources: [id(source)], attempt: 1, fact: consumed(source, ['joined']) })
    }
    expect([tracker.stateOf(id('A')), tracker.stateOf(id('B'))]).toEqual(['open', 'open'])
    tracker.note({ sources: [id('A'), id('B')], attempt: 1, fact: consumed('joined') })
    expect([tracker.stateOf(id('A')), tracker.stateOf(id('B'))]).toEqual(['complete', 'complete'])
  })
})

/** A source as it really went: a tree of tasks. */
interface Tree {
  readonly outcome: 'expanded' | 'none' | 'failed'
  readonly children: readonly Tree[]
}

const tree: fc.Arbitrary<Tree> = fc.letrec<{ tree: Tree }>(tie => ({
  tree: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.record({
      outcome: fc.constantFrom('none' as const, 'none' as const, 'failed' as const),
      children: fc.constant([]),
    }),
    fc.record({ outcome: fc.constant('expanded' as const), children: fc.array(tie('tree'), { maxLength: 4 }) }),
  ),
})).tree

/** All facts of a tree, and what is true of it. A failed child may be told of with its siblings or by itself. */
function factsOf(root: Tree, source: TaskId, withSiblings: boolean): TaskFact[] {
  const facts: TaskFact[] = [{ kind: 'emitted', task: source }]
  const visit = (node: Tree, task: TaskId): void => {
    if (node.outcome === 'failed') {
      facts.push({ kind: 'failed', task })
      return
    }
    const ids = node.children.map((_, slot) => childId([task], `slot ${slot}`))
    const isTold = (child: Tree) => withSiblings && child.outcome === 'failed'
    facts.push({ kind: 'consumed', task, children: ids, failed: ids.filter((_, slot) => isTold(node.children[slot])) })
    for (const [slot, child] of node.children.entries()) if (!isTold(child)) visit(child, ids[slot])
  }
  visit(root, source)
  return facts
}

function hasFailure(node: Tree): boolean {
  return node.outcome === 'failed' || node.children.some(hasFailure)
}

describe('any tree, in any order', () => {
  it('is complete exactly when all its facts were heard, however often and in whatever order, and not before', () => {
    const property = fc.property(
      fc.array(tree, { minLength: 1, maxLength: 3 }),
      fc.boolean(),
      fc.infiniteStream(fc.nat()),
      (trees, withSiblings, numbers) => {
        const next = () => numbers.next().value as number
        const tracker = new SourceTracker()
        const all = trees.flatMap((one, index) => {
          const source = id(`source-${index}`)
          return factsOf(one, source, withSiblings).map(fact => ({ sources: [source], attempt: 1, fact }))
        })
        const missing = new Map(trees.map((_, index) => [id(`source-${index}`), 0]))
        for (const { sources } of all) missing.set(sources[0], (missing.get(sources[0]) ?? 0) + 1)
        const waiting = [...all]
        const heard: typeof all = []
        while (waiting.length > 0) {
          const [news] = waiting.splice(next() % waiting.length, 1)
          heard.push(news)
          tracker.note(news)
          // Repeated news, of any age.
          if (next() % 3 === 0) tracker.note(heard[next() % heard.length])
          missing.set(news.sources[0], (missing.get(news.sources[0]) ?? 0) - 1)
          for (const [index, one] of trees.entries()) {
            const source = id(`source-${index}`)
            const state = tracker.stateOf(source)
            const isOver = missing.get(source) === 0
            // Nothing less than all facts may be taken for the end, be it good or bad.
            const isEnd = state === 'complete' || state === 'failed'
            if (isEnd !== isOver) return false
            if (isOver && (state === 'failed') !== hasFailure(one)) return false
          }
        }
        return true
      },
    )
    fc.assert(property, { numRuns: 8_000 })
  })

  it('a retry with another fan-out counts alone, whatever late news of the attempts before says', () => {
    const property = fc.property(
      fc.array(tree, { minLength: 2, maxLength: 4 }),
      fc.infiniteStream(fc.nat()),
      (attempts, numbers) => {
        const next = () => numbers.next().value as number
        const source = id('source')
        const tracker = new SourceTracker()
        const news = attempts.flatMap((one, index) =>
          factsOf(one, source, true).map(fact => ({ sources: [source], attempt: index + 1, fact })),
        )
        // A writer that died was heard of in part.
        const lost = new Set(news.filter(({ attempt }) => attempt < attempts.length && next() % 4 === 0))
        const waiting = news.filter(one => !lost.has(one))
        let missing = waiting.filter(({ attempt }) => attempt === attempts.length).length
        while (waiting.length > 0) {
          const [one] = waiting.splice(next() % waiting.length, 1)
          tracker.note(one)
          if (one.attempt === attempts.length) missing--
          if (
            missing > 0 &&
            missing < factsOf(attempts[attempts.length - 1], source, true).length &&
            tracker.stateOf(source) !== 'open'
          )
            return false
        }
        const expected = hasFailure(attempts[attempts.length - 1]) ? 'failed' : 'complete'
        return tracker.stateOf(source) === expected
      },
    )
    fc.assert(property, { numRuns: 3_000 })
  })
})
