import { isJsonObject, type JsonObject, type JsonValue } from '../../../core/json.js'
import { SampleError } from '../../../core/sample-error.js'
import { countCodePoints } from '../../../util/utf8.js'
import { isTruthy, pythonText, toFloat, toInt } from '../../python-values.js'
import { lower, strip } from '../python-text.js'
import type { Calibration } from './calibration.js'

/** A hint that a sample went wrong. */
export interface Signal {
  readonly code: string
  readonly detail: string
  readonly weight: 'high' | 'medium'
}

/** What signals are read from. */
export interface Case {
  readonly meta: JsonObject
  readonly stats: Readonly<Record<string, JsonValue>>
  readonly query: string
  readonly response: string
}

/** What `agent_bad_case_signal_mapper` takes, defaults filled in. */
export interface SignalSettings {
  readonly signal_on_tool_fail: boolean
  readonly min_tool_fail_count_for_signal: number
  readonly signal_on_low_tool_success_ratio: boolean
  readonly tool_success_ratio_max_for_signal: number
  readonly min_tool_rounds_for_ratio_signal: number
  readonly signal_on_suspect_empty_response: boolean
  readonly min_query_len_for_empty_check: number
  readonly max_response_len_for_empty_check: number
  readonly max_total_tokens: number | null
  readonly max_latency_ms: number | null
  readonly calibration_manual_overrides_auto: boolean
  readonly auto_enable_perplexity_from_calibration: boolean
  readonly signal_on_llm_analysis_low: boolean
  readonly llm_analysis_score_max_for_bad: number
  readonly llm_analysis_discard_must_be_strict: boolean
  readonly high_precision_llm_analysis_discard_threshold: number
  readonly signal_on_llm_text_quality_low: boolean
  readonly llm_text_quality_score_max_for_bad: number
  readonly llm_text_quality_discard_must_be_strict: boolean
  readonly high_precision_llm_text_quality_discard_threshold: number
  readonly signal_on_negative_sentiment_hint: boolean
  readonly negative_sentiment_substrings: readonly string[]
  readonly signal_on_high_perplexity: boolean
  readonly perplexity_high_threshold: number
  readonly signal_hard_query_poor_reply: boolean
  readonly hard_query_difficulty_min: number
  readonly poor_reply_quality_max: number
  readonly signal_on_low_dialog_quality_meta: boolean
  readonly dialog_quality_low_score_threshold: number
  readonly min_dialog_quality_low_axes_for_signal: number
}

/** All signals of a case, in the order in which Data-Juicer looks for them. */
export function signalsOf(one: Case, settings: SignalSettings, calibration: Calibration | undefined): Signal[] {
  return [
    ...toolSignals(one, settings),
    ...replySignal(one, settings),
    ...costSignals(one, settings, calibration),
    ...evaluationSignals(one, settings),
    ...sentimentSignal(one, settings),
    ...perplexitySignal(one, settings, calibration),
    ...hardQuerySignal(one, settings),
    ...dialogSignal(one, settings),
  ]
}

/** A threshold that the recipe sets, or that was measured; which goes first, the settings say. */
function threshold(set: number | null, measured: number | undefined, isSetFirst: boolean): number | undefined {
  const [first, second] = isSetFirst ? [set ?? undefined, measured] : [measured, set ?? undefined]
  return first ?? second
}

function toolSignals({ meta }: Case, settings: SignalSettings): Signal[] {
  const signals: Signal[] = []
  const failed = whole(meta['tool_fail_count'])
  if (settings.signal_on_tool_fail && failed >= Math.max(1, Math.trunc(settings.min_tool_fail_count_for_signal)))
    signals.push({ code: 'tool_message_error_pattern', detail: `tool_fail_count=${failed}`, weight: 'high' })
  const succeeded = whole(meta['tool_success_count'])
  const ratio = meta['tool_success_ratio']
  const isLow =
    settings.signal_on_low_tool_success_ratio &&
    succeeded + failed >= settings.min_tool_rounds_for_ratio_signal &&
    isGiven(ratio) &&
    number(ratio) <= settings.tool_success_ratio_max_for_signal
  if (isLow) {
    const detail = `ratio=${pythonText(ratio)}, success=${succeeded}, fail=${failed}`
    signals.push({ code: 'low_tool_success_ratio', detail, weight: 'medium' })
  }
  return signals
}

function replySignal({ query, response }: Case, settings: SignalSettings): Signal[] {
  const asked = countCodePoints(query)
  const answered = countCodePoints(response)
  const isSuspect =
    settings.signal_on_suspect_empty_response &&
    asked >= settings.min_query_len_for_empty_check &&
    answered <= settings.max_response_len_for_empty_check
  const detail = `query_len=${asked}, response_len=${answered}`
  return isSuspect ? [{ code: 'suspect_empty_or_trivial_final_response', detail, weight: 'medium' }] : []
}

function costSignals({ meta }: Case, settings: SignalSettings, calibration: Calibration | undefined): Signal[] {
  const { calibration_manual_overrides_auto: isSetFirst } = settings
  const signals: Signal[] = []
  const mostTokens = threshold(settings.max_total_tokens, calibration?.whole('max_total_tokens', meta), isSetFirst)
  const tokens = meta['total_tokens']
  if (mostTokens !== undefined && isGiven(tokens) && whole(tokens) > mostTokens)
    signals.push({ code: 'high_token_usage', detail: `total_tokens=${pythonText(tokens)}`, weight: 'medium' })
  const mostMs = threshold(settings.max_latency_ms, calibration?.whole('max_latency_ms', meta), isSetFirst)
  const ms = meta['agent_total_cost_time_ms']
  if (mostMs !== undefined && isGiven(ms) && whole(ms) > mostMs)
    signals.push({ code: 'high_latency_ms', detail: `total_cost_time_ms=${pythonText(ms)}`, weight: 'medium' })
  return signals
}

interface Evaluation {
  readonly code: string
  readonly score: JsonValue | undefined
  readonly record: JsonValue | undefined
  readonly most: number
  readonly onlyDiscarded: boolean
  readonly high: number
}

function evaluationSignals({ stats }: Case, settings: SignalSettings): Signal[] {
  const analysis = {
    code: 'llm_agent_analysis_eval_low',
    score: stats['llm_analysis_score'],
    record: stats['llm_analysis_record'],
    most: settings.llm_analysis_score_max_for_bad,
    onlyDiscarded: settings.llm_analysis_discard_must_be_strict,
    high: settings.high_precision_llm_analysis_discard_threshold,
  }
  const quality = {
    code: 'llm_reply_quality_eval_low',
    score: stats['llm_quality_score'],
    record: stats['llm_quality_record'],
    most: settings.llm_text_quality_score_max_for_bad,
    onlyDiscarded: settings.llm_text_quality_discard_must_be_strict,
    high: settings.high_precision_llm_text_quality_discard_threshold,
  }
  return [
    ...(settings.signal_on_llm_analysis_low ? evaluationSignal(analysis) : []),
    ...(settings.signal_on_llm_text_quality_low ? evaluationSignal(quality) : []),
  ]
}

function evaluationSignal({ code, score, record, most, onlyDiscarded, high }: Evaluation): Signal[] {
  const recommendation = recommendationOf(record)
  if (!isGiven(score) || number(score) > most) return []
  const isDiscarded = recommendation === 'discard'
  if (onlyDiscarded && !isDiscarded) return []
  const detail = `score=${pythonText(score)}, recommendation=${recommendation || 'n/a'}`
  return [{ code, detail, weight: isDiscarded && number(score) <= high ? 'high' : 'medium' }]
}

function recommendationOf(given: JsonValue | undefined): string {
  const record = typeof given === 'string' ? parsed(given) : given
  if (!isJsonObject(record)) return ''
  const all = record['recommendation']
  const first = Array.isArray(all) && all.length > 0 ? (all[0] as JsonValue) : all
  return isGiven(first) ? lower(strip(pythonText(first)).replace(/^"+|"+$/g, '')) : ''
}

function parsed(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}

function sentimentSignal({ meta }: Case, settings: SignalSettings): Signal[] {
  const labels = meta['dialog_sentiment_labels']
  if (!settings.signal_on_negative_sentiment_hint || !Array.isArray(labels) || labels.length === 0) return []
  const all = (labels as readonly JsonValue[]).map(label => lower(pythonText(label))).join(' ')
  if (!settings.negative_sentiment_substrings.some(part => all.includes(lower(part)))) return []
  const detail = `labels=${pythonText((labels as readonly JsonValue[]).slice(0, 6))}`
  return [{ code: 'negative_sentiment_label_hint', detail, weight: 'medium' }]
}

function perplexitySignal(
  { meta, stats }: Case,
  settings: SignalSettings,
  calibration: Calibration | undefined,
): Signal[] {
  const measured = calibration?.number('perplexity_high_threshold', meta)
  const { signal_on_high_perplexity: isAsked, perplexity_high_threshold: set } = settings
  const isOn = isAsked || (measured !== undefined && settings.auto_enable_perplexity_from_calibration)
  if (!isOn) return []
  const most = settings.calibration_manual_overrides_auto && isAsked ? set : (measured ?? set)
  const perplexity = stats['perplexity']
  if (!isGiven(perplexity) || !(number(perplexity) >= most)) return []
  return [{ code: 'high_perplexity', detail: `perplexity=${pythonText(perplexity)}`, weight: 'medium' }]
}

function hardQuerySignal({ stats }: Case, settings: SignalSettings): Signal[] {
  const difficulty = stats['llm_difficulty_score']
  const quality = stats['llm_quality_score']
  if (!settings.signal_hard_query_poor_reply || !isGiven(difficulty) || !isGiven(quality)) return []
  if (!(number(difficulty) >= settings.hard_query_difficulty_min)) return []
  if (!(number(quality) <= settings.poor_reply_quality_max)) return []
  const detail = `difficulty=${pythonText(difficulty)}, llm_quality_score=${pythonText(quality)}`
  return [{ code: 'hard_query_low_reply_quality_conjunction', detail, weight: 'medium' }]
}

const axes = [
  'dialog_memory_consistency',
  'dialog_coreference',
  'dialog_topic_shift',
  'dialog_error_recovery',
  'dialog_clarification_quality',
  'dialog_proactivity',
  'dialog_non_repetition',
  'agent_trace_coherence',
  'agent_tool_relevance',
]

function dialogSignal({ meta }: Case, settings: SignalSettings): Signal[] {
  if (!settings.signal_on_low_dialog_quality_meta) return []
  const most = settings.dialog_quality_low_score_threshold
  const low = axes.filter(axis => {
    const record = meta[axis]
    if (!isJsonObject(record) || isTruthy(record['skipped']) || isTruthy(record['error'])) return false
    const score = record['score']
    if (!isGiven(score) || typeof score === 'object') return false
    const value = toFloat(score)
    return value !== undefined && value <= most
  })
  if (low.length < Math.max(1, Math.trunc(settings.min_dialog_quality_low_axes_for_signal))) return []
  const detail = `axes=${pythonText(low)}, threshold=${Number.isInteger(most) ? most.toFixed(1) : pythonText(most)}`
  return [{ code: 'dialog_turn_quality_meta_low', detail, weight: 'medium' }]
}

function isGiven(value: JsonValue | undefined): value is JsonValue {
  return value !== undefined && value !== null
}

/** `int(value or 0)` of Python. */
function whole(value: JsonValue | undefined): number {
  if (!isTruthy(value)) return 0
  const isPlain = typeof value === 'number' || typeof value === 'boolean' || typeof value === 'string'
  const result = isPlain ? toInt(value) : undefined
  if (result === undefined) throw new SampleError('bad_value', `${JSON.stringify(value)} is no whole number`)
  return result
}

function number(value: JsonValue): number {
  const result = toFloat(value)
  if (result === undefined) throw new SampleError('bad_value', `${JSON.stringify(value)} is no number`)
  return result
}
