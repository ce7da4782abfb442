import type { Expectation, VectorCase } from './vector-cases.js'

interface Difference {
  readonly why: string
  readonly when: (testCase: VectorCase) => boolean
  readonly ours: Expectation
}

/** Cases in which Pawl does otherwise on purpose; docs/fidelity.md tells each with both results. */
const differences: readonly Difference[] = [
  {
    why: 'an unknown parameter is refused before any work, as Data-Juicer does where it checks a recipe',
    when: ({ params }) => 'no_such_parameter' in params,
    ours: { error: 'unrecognized key', stage: 'init' },
  },
  {
    why: 'a bound that is a string is refused before any work, as Data-Juicer does where it checks a recipe',
    when: ({ params }) => params['min_ratio'] === '1' || params['min_len'] === '1' || params['min_num'] === '1',
    ours: { error: 'expected a number', stage: 'init' },
  },
  {
    why: 'a pattern that is no regular expression is refused before any work, not at each sample',
    when: ({ params }) => params['pattern'] === '(',
    ours: { error: 'a parenthesis without its end', stage: 'init' },
  },
  {
    why: 'a way to cut texts into tokens that there is not, and blocks that cannot be, are refused before any work, not at the first sample',
    when: ({ op, params, expect }) =>
      /_(?:sim|min)hash_/.test(op) &&
      ('num_blocks' in params || params['tokenization'] === 'word') &&
      expect.error !== undefined,
    ours: { error: 'refused', stage: 'init' },
  },
  {
    why: 'an AAC is as long as its header says, with what the encoder put in front of it',
    when: ({ op, sample }) => op === 'audio_duration_filter' && String(sample?.['audios']) === 'tone.m4a',
    ours: { stats: { audio_duration: [27925 / 44100] }, keep: true },
  },
]

export function deliberateDifference(testCase: VectorCase): Expectation | undefined {
  return differences.find(({ when }) => when(testCase))?.ours
}
