import { cpSync } from 'node:fs'
import { resolve } from 'node:path'
import { beforeEach, describe, expect } from 'vitest'
import { drawing } from '../drawn.js'
import { JobRig } from '../rig-job.js'
import { startTopicService, type TopicService } from './topic-service.js'

const itDrawn = drawing(2)

const records = Array.from({ length: 24 }, (_, id) => {
  const kind = id === 7 ? 'cursed' : id % 5 === 0 ? 'flaky' : 'plain'
  const end = id === 3 ? '!!!!' : ''
  return { id, text: `A ${kind} text${end} number ${id}, which is long enough for the recipe: topic${id % 4}` }
})
const kept = records.filter(({ id }) => id !== 3 && id !== 7)

let rig: JobRig
let service: TopicService

/** Runs the shipped recipe, in one worker, over the data of this test. */
function runExample(...settings: string[]) {
  return rig.run(
    'run',
    ...['--config', 'example/recipe.yaml', '--job_id', 'job', '--work_dir', 'jobs', '--np', '1'],
    ...['--dataset_path', 'data', '--export_path', 'out/result.jsonl', '--partition.mode', 'manual'],
    ...['--partition.num_of_partitions', '2', '--exclamation_filter.max_count', '3'],
    ...['--topic_mapper.url', service.url, '--topic_mapper.retry_delay_ms', '1'],
    ...settings,
  )
}

function edit(name: string, change: (code: string) => string): void {
  const before = rig.read('example', name)
  const after = change(before)
  expect(after).not.toBe(before)
  rig.write(`example/${name}`, after)
}

beforeEach(async () => {
  service = await startTopicService()
  rig = new JobRig()
  rig.writeLines('data/a.jsonl', records)
  cpSync(resolve('examples', 'custom-operators'), rig.path('example'), { recursive: true })
})

describe('the example of custom operators', () => {
  itDrawn('adds what the service says, in the order of the input, and asks again where it was busy', async () => {
    const ended = await runExample()
    expect(ended).toMatchObject({ code: 0, stderr: '' })
    expect(rig.exportedRows()).toEqual(kept.map(record => ({ ...record, topic: `topic${record.id % 4}` })))
    for (const { text } of records.filter(({ id }) => id % 5 === 0))
      expect(service.asked.filter(asked => asked === text)).toHaveLength(2)
    expect(service.asked).not.toContain(records[3].text)
    expect(service.mostAtOnce()).toBeGreaterThan(1)
    expect(service.mostAtOnce()).toBeLessThanOrEqual(8)
  })

  itDrawn('puts in quarantine only the sample that the service always fails on', async () => {
    expect((await runExample()).code).toBe(0)
    expect(rig.quarantine()).toMatchObject([
      {
        operator: 'topic_mapper',
        error: 'the service failed 4 times: HTTP 503',
        file: rig.path('data', 'a.jsonl'),
        line: 8,
        sample: JSON.stringify(records[7]),
      },
    ])
    expect(service.asked.filter(text => text === records[7].text)).toHaveLength(4)
  })

  itDrawn('starts no more requests a second than it may', async () => {
    const settings = ['--topic_mapper.requests_per_second', '40', '--partition.num_of_partitions', '1']
    expect((await runExample(...settings)).code).toBe(0)
    const { arrivals } = service
    // The first request may be slow on its way, since it opens the connection.
    const spanMs = (arrivals.at(-1) as number) - arrivals[1]
    expect(spanMs).toBeGreaterThan((arrivals.length - 2) * 25 * 0.8)
  })

  itDrawn('does not ask again where the request is refused', async () => {
    const all = ['--max_quarantine_ratio', '1']
    expect((await runExample('--topic_mapper.url', `${service.url}/nowhere`, ...all)).code).toBe(0)
    expect(service.arrivals).toHaveLength(23)
    expect(rig.exportedRows()).toEqual([])
    const errors = rig.quarantine().map(({ error }) => error)
    expect(errors).toEqual(Array(23).fill('the service refused the request: HTTP 404'))
  })
})

describe('the code of custom operators', () => {
  itDrawn('reuses all work where it is unchanged, or changed in a comment only', async () => {
    await runExample()
    const asked = service.asked.length
    edit('operators.ts', code => code.replace('/** Keeps texts', '/** Really keeps texts'))
    const ended = await runExample()
    expect(ended.stdout).toContain('nothing changed; all 2 partitions are complete')
    expect(service.asked).toHaveLength(asked)
  })

  itDrawn('is noticed when it changes, and what depends on it is redone', async () => {
    await runExample('--checkpoint.strategy', 'every_op')
    const asked = service.asked.length
    edit('operators.ts', code => code.replace('answer.data.topic)', 'answer.data.topic.toUpperCase())'))
    const ended = await runExample('--checkpoint.strategy', 'every_op')
    expect(ended.stdout).toMatch(/Resuming job: .*process\[1\]/)
    expect(ended.stdout).toContain('go on from the checkpoint after process[0] text_length_filter')
    expect(service.asked.length).toBeGreaterThan(asked)
    expect(rig.exportedRows()).toEqual(kept.map(record => ({ ...record, topic: `TOPIC${record.id % 4}` })))
  })

  itDrawn('is noticed when it changes in a file that the module imports', async () => {
    await runExample()
    edit('service-client.ts', code => code.replace('the service failed', 'the topic service failed'))
    const ended = await runExample()
    expect(ended.stdout).toMatch(/Resuming job: .*process\[1\]/)
    expect(rig.quarantine()[0]).toMatchObject({ error: 'the topic service failed 4 times: HTTP 503' })
  })
})
