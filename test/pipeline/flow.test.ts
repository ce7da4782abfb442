import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { TaskFailure } from '../../src/core/pipeline-spec.js'
import type { StageResult } from '../../src/pipeline/result.js'
import { type FlowObserver, flow, type LiveStage } from '../../src/pipeline/run/flow.js'
import { SourceTracker } from '../../src/pipeline/source-tracking.js'
import type { StageBody, StageContext } from '../../src/pipeline/stage.js'
import { DataTask, DocumentBatch, FailedTask, NoneTask, type Task } from '../../src/pipeline/task.js'
import { knownId } from '../../src/pipeline/task-id.js'

const source = knownId('source')

interface Ran {
  readonly out: readonly unknown[]
  readonly ids: readonly string[]
  readonly failures: readonly TaskFailure[]
  readonly state: string
}

function live(body: StageBody<Task, Task>, settings: Partial<LiveStage> = {}): LiveStage {
  return {
    name: 'stage',
    body,
    batchSize: 1,
    attempts: 1,
    retryDelayMs: 0,
    takes: undefined,
    gives: undefined,
    ...settings,
  }
}

/** Runs stages over values that a source expands into. */
async function run(values: readonly number[], ...stages: LiveStage[]): Promise<Ran> {
  const tracker = new SourceTracker()
  const failures: TaskFailure[] = []
  const note = (fact: Parameters<FlowObserver['onFact']>[0]) => tracker.note({ sources: [source], attempt: 1, fact })
  const observer: FlowObserver = {
    onFact: note,
    onFailure: failure => void failures.push(failure),
    onSlot: () => {},
    onChild: () => {},
    contextOf: () => ({ source: { id: source, name: 'source' } }) as StageContext,
  }
  const root = new DataTask(0)
  root.id = source
  note({ kind: 'emitted', task: source })
  const expand = live({ process: () => values.map(value => new DataTask(value)) })
  const out: unknown[] = []
  const ids: string[] = []
  async function* input() {
    yield root
  }
  for await (const task of flow([expand, ...stages], input(), observer)) {
    out.push(task.data)
    ids.push(task.id)
    note({ kind: 'consumed', task: task.id, children: [] })
  }
  return { out, ids, failures, state: tracker.stateOf(source) }
}

const dataOf = (task: Task) => task.data as number

/** Keeps, expands, filters or fails a number by what it is. */
function byNumber(value: number): StageResult<Task> {
  switch (value % 5) {
    case 0:
      return new DataTask(value * 10)
    case 1:
      return [new DataTask(value * 10), new DataTask(value * 10 + 1)]
    case 2:
      return null
    case 3:
      return []
    default:
      return value === 99 ? new FailedTask(new Error('no')) : [new DataTask(value * 10), new NoneTask()]
  }
}

describe('results are per slot', () => {
  it('batches of 1, 7 and 64 in any order agree on every slot, with processBatch as with process', async () => {
    const property = fc.asyncProperty(fc.array(fc.nat({ max: 98 }), { maxLength: 40 }), async values => {
      const alone = await run(values, live({ process: task => byNumber(dataOf(task)) }))
      for (const batchSize of [1, 7, 64]) {
        const batched = await run(
          values,
          live({ processBatch: tasks => tasks.map(task => byNumber(dataOf(task))) }, { batchSize }),
        )
        expect(batched).toEqual(alone)
      }
      expect(alone.state).toBe('complete')
      const shuffled = await run(
        [...values].reverse(),
        live({ processBatch: tasks => tasks.map(task => byNumber(dataOf(task))) }, { batchSize: 7 }),
      )
      expect([...shuffled.out].sort()).toEqual([...alone.out].sort())
    })
    await fc.assert(property, { numRuns: 200 })
  })

  it('as many outputs as inputs are not taken for one each', async () => {
    const { out, state } = await run(
      [1, 2],
      live({ processBatch: () => [[new DataTask(1), new DataTask(2)], []] }, { batchSize: 2 }),
    )
    expect(out).toEqual([1, 2])
    expect(state).toBe('complete')
  })

  it('an answer of another length is an error of the stage, and each slot is tried alone', async () => {
    const { out, failures, state } = await run(
      [1, 2, 3],
      live({ processBatch: tasks => (tasks.length > 1 ? [] : [tasks[0]]) }, { batchSize: 3 }),
    )
    expect(out).toEqual([1, 2, 3])
    expect(failures).toEqual([])
    expect(state).toBe('complete')
    const wrong = await run([1], live({ processBatch: () => [] as StageResult<Task>[] }))
    expect(wrong.failures[0].error).toContain('one result for each of the 1 tasks')
  })

  it('what is no result is refused by name', async () => {
    const { failures, state } = await run([1], live({ process: () => 42 as unknown as Task }))
    expect(failures[0].error).toContain('a stage must return a task, several, or null')
    expect(state).toBe('failed')
  })
})

describe('failures', () => {
  it('a stage that throws fails its slot, and not its neighbours', async () => {
    const body = {
      processBatch: (tasks: readonly Task[]) => {
        if (tasks.some(task => dataOf(task) === 13)) throw new Error('unlucky')
        return tasks.map(task => new DataTask(dataOf(task) + 1))
      },
    }
    const { out, failures, state } = await run([1, 2, 13, 4, 5], live(body, { batchSize: 4 }))
    expect(out).toEqual([2, 3, 5, 6])
    expect(failures.map(({ error, stage }) => [error, stage])).toEqual([['unlucky', 'stage']])
    expect(failures[0].stack).toContain('unlucky')
    expect(state).toBe('failed')
  })

  it('a slot is asked again as often as the retry policy says', async () => {
    let calls = 0
    const flaky = live({ process: task => (++calls < 3 ? Promise.reject(new Error('busy')) : task) }, { attempts: 3 })
    expect((await run([7], flaky)).out).toEqual([7])
    expect(calls).toBe(3)
    calls = -10
    const { failures } = await run([7], flaky)
    expect(failures).toHaveLength(1)
  })

  it('an expansion that breaks off fails the source, whatever came of it before', async () => {
    const body = {
      async *process(task: Task) {
        yield new DataTask(dataOf(task))
        throw new Error('broken off')
      },
    }
    const { out, failures, state } = await run([1], live(body as unknown as StageBody<Task, Task>))
    expect(out).toEqual([1])
    expect(failures[0].error).toBe('broken off')
    expect(state).toBe('failed')
  })

  it('a FailedTask among children keeps the source open, and its siblings go on', async () => {
    const { out, state, failures } = await run(
      [1],
      live({ process: () => [new DataTask(5), new FailedTask(new Error('one'))] }),
    )
    expect(out).toEqual([5])
    expect(state).toBe('failed')
    expect(failures[0].error).toBe('one')
  })

  it('a task of the wrong type is told by the stage that takes it', async () => {
    const { failures } = await run([1], live({ process: task => task }, { name: 'Reader', takes: ['FileGroupTask'] }))
    expect(failures[0].error).toBe('Reader takes FileGroupTask, it got a DataTask')
  })
})

describe('tasks', () => {
  it('ids follow from what a task descends from, and keys win over slots', async () => {
    const keyed = (keys: readonly string[]) => live({ process: () => keys.map(key => new DataTask(key, { key })) })
    const first = await run([1], keyed(['a', 'b', 'a']))
    const other = await run([1], keyed(['b', 'a', 'a']))
    expect(new Set(first.ids).size).toBe(3)
    expect([...other.ids].sort()).toEqual([...first.ids].sort())
    expect(other.ids[0]).toBe(first.ids[1])
  })

  it('metadata travels along, and a stage may set its own', async () => {
    const seen: unknown[] = []
    await run(
      [1],
      live({ process: () => new DataTask(1, { metadata: { lang: 'en' } }) }),
      live({ process: () => new DataTask(2, { metadata: { page: 3 } }) }),
      live({
        process: task => {
          seen.push(task.metadata)
          return task
        },
      }),
    )
    expect(seen).toEqual([{ lang: 'en', page: 3 }])
  })

  it('a batch that is given twice does not show in one slot what was done to the other', async () => {
    const texts: string[] = []
    const batch = new DocumentBatch([{ text: 'a' }])
    await run(
      [1],
      live({ process: () => [batch, batch, batch.withRows(batch.samples)] }),
      live({
        process: task => {
          const [sample] = (task as DocumentBatch).samples
          texts.push(sample.text('text'))
          sample.setText('text', 'changed')
          return task
        },
      }),
    )
    expect(texts).toEqual(['a', 'a', 'a'])
  })

  it('what is not asked for is not run: a slow end holds back the beginning', async () => {
    const order: string[] = []
    const make = live({
      async *process() {
        for (let n = 0; n < 3; n++) {
          order.push(`made ${n}`)
          yield new DataTask(n)
        }
      },
    } as unknown as StageBody<Task, Task>)
    await run([1], make, live({ process: task => void order.push(`took ${dataOf(task)}`) as unknown as null }))
    expect(order).toEqual(['made 0', 'took 0', 'made 1', 'took 1', 'made 2', 'took 2'])
  })
})

describe('DocumentBatch', () => {
  it('holds rows and columns of the same documents', () => {
    const batch = DocumentBatch.fromColumns({ text: ['a', 'b'], id: [1, 2] })
    expect(batch.rows).toEqual([
      { text: 'a', id: 1 },
      { text: 'b', id: 2 },
    ])
    expect(new DocumentBatch([{ text: 'a' }, { id: 2 }]).columns).toEqual({ text: ['a', null], id: [null, 2] })
    expect(() => DocumentBatch.fromColumns({ a: [1], b: [] })).toThrow('column b has 0 values, a has 1')
  })
})
