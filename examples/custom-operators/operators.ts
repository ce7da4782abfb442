import { defineFilter, defineMapper, SampleError, z } from 'pawl'
import { ServiceClient } from './service-client.js'

/** Keeps texts that do not shout. */
export const exclamationFilter = defineFilter({
  name: 'exclamation_filter',
  summary: 'Keeps samples with few exclamation marks.',
  params: {
    max_count: z.int().nonnegative().default(3).describe('Most exclamation marks that are kept.'),
  },
  stats: ['exclamations'],
  create: ({ max_count }, { textKey, inRange }) => ({
    computeStats(sample) {
      sample.stats['exclamations'] ??= sample.text(textKey).split('!').length - 1
    },
    keep: sample => inRange(sample.stats['exclamations'], undefined, max_count),
  }),
})

/** Asks a service for the topic of each text. */
export const topicMapper = defineMapper({
  name: 'topic_mapper',
  summary: 'Adds the topic that a service finds in the text.',
  params: {
    url: z.url().describe('Takes {"text": …} by POST and answers {"topic": …}.'),
    field: z.string().default('topic').describe('Field that the topic is written to.'),
    concurrency: z.int().positive().default(8).describe('Requests under way at once, in each worker.'),
    requests_per_second: z.number().positive().default(50).describe('Requests started a second, in each worker.'),
    max_attempts: z.int().positive().default(4).describe('Attempts before the sample is given up.'),
    retry_delay_ms: z.number().nonnegative().default(200).describe('Delay before the second attempt; then doubled.'),
    timeout_ms: z.int().positive().default(10_000).describe('Time that one attempt may take.'),
  },
  // A service may answer differently tomorrow: its answers are committed right behind it, under every strategy.
  deterministic: false,
  create(params, { textKey }) {
    const client = new ServiceClient({
      url: params.url,
      requestsPerSecond: params.requests_per_second,
      maxAttempts: params.max_attempts,
      retryDelayMs: params.retry_delay_ms,
      timeoutMs: params.timeout_ms,
    })
    return {
      concurrency: params.concurrency,
      async map(sample) {
        const answer = topicAnswer.safeParse(await client.post({ text: sample.text(textKey) }))
        if (!answer.success) throw new SampleError('bad_value', 'the service answered without a topic')
        sample.set(params.field, answer.data.topic)
      },
    }
  },
})

const topicAnswer = z.object({ topic: z.string() })
