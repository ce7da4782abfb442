import { z } from 'zod'
import type { Sample } from '../../core/sample.js'
import { SampleError } from '../../core/sample-error.js'
import { defineMapper, type ParamsOf } from '../define.js'
import { bool, float, int, text } from '../params.js'
import { isTruthy } from '../python-values.js'
import { type Signal, type SignalSettings, signalsOf } from '../text/agent/bad-case-signals.js'
import { Calibration } from '../text/agent/calibration.js'
import { strip } from '../text/python-text.js'
import { metaOf, setMeta } from './meta.js'

const negative = ['负面', 'negative', 'angry', '沮丧', '不满', 'frustrated', 'disappointed', 'unhappy']
const limit = z.number().nullable().default(null)

const params = {
  query_key: text('query').describe('Field of the question.'),
  response_key: text('response').describe('Field of the answer.'),
  signal_on_tool_fail: bool(true).describe('Whether failed tools are a signal.'),
  min_tool_fail_count_for_signal: int(1).describe('Failed tools from which on they are.'),
  signal_on_low_tool_success_ratio: bool(true).describe('Whether a small share of tools that succeeded is a signal.'),
  tool_success_ratio_max_for_signal: float(0.499).describe('Largest such share.'),
  min_tool_rounds_for_ratio_signal: int(2).describe('Fewest uses of tools for it.'),
  signal_on_suspect_empty_response: bool(true).describe('Whether a short answer to a long question is a signal.'),
  min_query_len_for_empty_check: int(80).describe('Characters of a long question.'),
  max_response_len_for_empty_check: int(20).describe('Characters of a short answer.'),
  max_total_tokens: limit.describe('Tokens above which their number is a signal.'),
  max_latency_ms: limit.describe('Milliseconds above which the time taken is a signal.'),
  calibration_json_path: z.string().nullable().default(null).describe('File of thresholds that were measured.'),
  auto_calibrate_thresholds: bool(false).describe('Use that file.'),
  calibration_manual_overrides_auto: bool(true).describe('Thresholds set here go before those of the file.'),
  auto_enable_perplexity_from_calibration: bool(true).describe(
    'A threshold of perplexity in the file makes it a signal.',
  ),
  signal_on_llm_analysis_low: bool(true).describe('Whether a low `llm_analysis_score` is a signal.'),
  llm_analysis_score_max_for_bad: float(0.28).describe('Largest low score.'),
  llm_analysis_discard_must_be_strict: bool(true).describe('Only where the record recommends to discard.'),
  high_precision_llm_analysis_discard_threshold: float(0.24).describe('Largest score whose signal weighs much.'),
  signal_on_llm_text_quality_low: bool(true).describe('Whether a low `llm_quality_score` is a signal.'),
  llm_text_quality_score_max_for_bad: float(0.28).describe('Largest low score.'),
  llm_text_quality_discard_must_be_strict: bool(true).describe('Only where the record recommends to discard.'),
  high_precision_llm_text_quality_discard_threshold: float(0.24).describe('Largest score whose signal weighs much.'),
  signal_on_negative_sentiment_hint: bool(false).describe('Whether labels of negative sentiment are a signal.'),
  negative_sentiment_substrings: z.array(z.string()).nullable().default(null).describe('Parts of such labels.'),
  signal_on_high_perplexity: bool(false).describe('Whether high `perplexity` is a signal.'),
  perplexity_high_threshold: float(800).describe('Smallest high perplexity.'),
  signal_hard_query_poor_reply: bool(false).describe('Whether a poor answer to a hard question is a signal.'),
  hard_query_difficulty_min: float(0.72).describe('Smallest `llm_difficulty_score` of a hard question.'),
  poor_reply_quality_max: float(0.36).describe('Largest `llm_quality_score` of a poor answer.'),
  high_precision_on_tool_fail_alone: bool(true).describe('Failed tools alone make the tier `high_precision`.'),
  min_medium_signals_for_watchlist: int(2).describe('Lighter signals that make the tier `watchlist`.'),
  signal_on_low_dialog_quality_meta: bool(true).describe('Whether low scores of dialogs (1 to 5) are a signal.'),
  dialog_quality_low_score_threshold: float(2).describe('Largest low score of these.'),
  min_dialog_quality_low_axes_for_signal: int(1).describe('Fewest low scores.'),
} as const

type Params = ParamsOf<typeof params>

/** Notes what hints at a bad run of an agent, and how sure that is (Data-Juicer). */
export const agentBadCaseSignalMapper = defineMapper({
  name: 'agent_bad_case_signal_mapper',
  summary: 'Notes signals of a bad case in an agent dialog, and a tier that follows from them.',
  params,
  example: {
    params: { min_tool_fail_count_for_signal: 2 },
    cases: [
      {
        before: { query: 'Which tide?', response: 'Low.', __dj__meta__: { tool_fail_count: 2 } },
        after: [
          {
            __dj__meta__: {
              tool_fail_count: 2,
              agent_bad_case_signals: [
                { code: 'tool_message_error_pattern', detail: 'tool_fail_count=2', weight: 'high' },
              ],
              agent_bad_case_tier: 'high_precision',
            },
          },
        ],
      },
    ],
  },
  create(given) {
    const isCalibrated = given.auto_calibrate_thresholds === true
    const calibration = isCalibrated ? Calibration.read(given.calibration_json_path) : undefined
    const settings = { ...given, negative_sentiment_substrings: given.negative_sentiment_substrings ?? negative }
    return {
      identity: calibration?.identity,
      map(sample) {
        const meta = metaOf(sample)
        const query = fieldText(sample, given.query_key ?? '')
        const response = fieldText(sample, given.response_key ?? '')
        const one = { meta, stats: sample.stats, query, response }
        const signals = signalsOf(one, settings as SignalSettings, calibration)
        setMeta(sample, {
          agent_bad_case_signals: signals.map(signal => ({ ...signal })),
          agent_bad_case_tier: tierOf(signals, given),
        })
      },
    }
  },
})

function fieldText(sample: Sample, key: string): string {
  const value = sample.get([key])
  if (!isTruthy(value)) return ''
  if (typeof value !== 'string') throw SampleError.fieldIsNotText(key, value)
  return strip(value)
}

function tierOf(signals: readonly Signal[], params: Params): string {
  const isHigh = (codes: readonly string[]) =>
    signals.some(({ code, weight }) => weight === 'high' && codes.includes(code))
  if (isHigh(['tool_message_error_pattern']))
    return params.high_precision_on_tool_fail_alone === true ? 'high_precision' : 'watchlist'
  if (isHigh(['llm_agent_analysis_eval_low', 'llm_reply_quality_eval_low'])) return 'high_precision'
  const medium = signals.filter(({ weight }) => weight === 'medium').length
  if (medium >= (params.min_medium_signals_for_watchlist ?? 2)) return 'watchlist'
  return signals.length === 1 && medium === 1 ? 'watchlist' : 'none'
}
