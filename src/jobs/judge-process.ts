import type { RunState } from '../core/process-status.js'

/**
 * How a run stands, as far as an observer can tell. `running?` is a run whose process is elsewhere and whose beat was
 * not seen to change yet: clocks of other hosts say nothing.
 */
export type SeenState = RunState | 'running?' | 'lost'

/** What was seen of a process from here. */
export interface Sight {
  /** What it says itself. */
  readonly says: RunState
  /** It belongs to this boot and process-id namespace, so that whether it lives can be known. */
  readonly isHere: boolean
  /** It certainly ended. */
  readonly hasEnded: boolean
  /** Its beat changed while it was watched. */
  readonly sawBeat: boolean
  /** Since its beat last changed while it was watched, by the observer's own clock. */
  readonly silentMs: number
}

/** After so long without a beat, by the observer's own clock, a process is taken for lost. */
export function judgeProcess({ says, isHere, hasEnded, sawBeat, silentMs }: Sight, expiryMs: number): SeenState {
  if (says !== 'running') return says
  if (hasEnded) return 'lost'
  if (isHere) return 'running'
  if (silentMs >= expiryMs) return 'lost'
  return sawBeat ? 'running' : 'running?'
}

const order: readonly SeenState[] = ['running', 'running?']

/** How a job stands by its processes, the latest first: it runs while any of them does. */
export function judgeJob(processes: readonly SeenState[]): SeenState | undefined {
  return order.find(state => processes.includes(state)) ?? processes[0]
}
