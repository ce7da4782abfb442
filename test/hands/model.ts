/*
 * What several processes do on one job, as a model that is small enough to be explored to its end: three processes, two
 * units of which the second reads what the first made, one export. It has the steps of src/state and
 * src/execution/coordinator/scheduler between which a process may die, or be stopped and wake: claims by exclusive create, publishing,
 * winners by exclusive create and generation, commits behind a look at the lease, burials, removal of what is overtaken,
 * and the export under a lease with fences.
 */

/** A rule that is left out, to see that the model notices. */
export type Mutant =
  /** Who takes the export over leaves what the earlier holder staged where it is. */
  | 'no_take_away'
  /** A redo after damage is of the same generation as what was withdrawn. */
  | 'reused_numbers'
  /** A process is taken for dead by another's clock, without having been silent. */
  | 'foreign_clock'
  /** What a unit made is removed before a winner stands behind it. */
  | 'removal_without_rule'

type Unit = 0 | 1
const units: readonly Unit[] = [0, 1]

/** Where a process is: what it does next. */
type Place =
  | { readonly at: 'idle' }
  | {
      readonly at: 'claimed' | 'published' | 'won' | 'checked'
      readonly unit: Unit
      readonly attempt: number
      readonly generation: number
    }
  | { readonly at: 'overtakes' }
  | { readonly at: 'exports' | 'staged' | 'export_checked' | 'renamed'; readonly fence: number }
  | { readonly at: 'left' }

interface Process {
  readonly life: 'up' | 'stopped' | 'dead'
  readonly wasStopped: boolean
  readonly place: Place
}

interface Made {
  readonly unit: Unit
  readonly attempt: number
}

/** All that is on the disk, and where each process is. */
export interface State {
  readonly processes: readonly Process[]
  /** Who was taken for dead: what it commits from then on does not count. */
  readonly buried: readonly number[]
  /** The last claim of each unit. */
  readonly claims: readonly (number | undefined)[]
  /** For each unit the attempt that won each generation. */
  readonly winners: readonly (readonly (number | undefined)[])[]
  /** Files that are there; a damaged one is, too. */
  readonly files: readonly Made[]
  readonly damaged: readonly Made[]
  /** Records that count, and those that were withdrawn. */
  readonly committed: readonly Made[]
  readonly withdrawn: readonly Made[]
  readonly lease: { readonly fence: number; readonly holder: number | undefined }
  /** What each process staged, by the fence it was staged under. */
  readonly staged: readonly (number | undefined)[]
  /** The fence under which the export got its name last. */
  readonly exported: number | undefined
  readonly isDone: boolean
  readonly attempts: number
  readonly stops: number
  readonly deaths: number
  readonly damages: number
}

export interface Bounds {
  readonly processes: number
  readonly stops: number
  readonly deaths: number
  readonly damages: number
}

interface Step {
  readonly name: string
  readonly to: State
}

/** What went wrong, and on which way. */
export interface Finding {
  readonly what: string
  readonly way: readonly string[]
}

export interface Explored {
  readonly states: number
  readonly finding: Finding | undefined
}

const start = ({ processes }: Bounds): State => ({
  processes: Array.from({ length: processes }, () => ({ life: 'up', wasStopped: false, place: { at: 'idle' } })),
  buried: [],
  claims: units.map(() => undefined),
  winners: units.map(() => []),
  ...{ files: [], damaged: [], committed: [], withdrawn: [] },
  lease: { fence: 0, holder: undefined },
  staged: Array.from({ length: processes }, () => undefined),
  exported: undefined,
  ...{ isDone: false, attempts: 0, stops: 0, deaths: 0, damages: 0 },
})

/** Explores all that may happen, breadth first, so that the way to a finding is a shortest one. */
export function explore(bounds: Bounds, mutant?: Mutant): Explored {
  const first = start(bounds)
  const seen = new Map<string, { readonly from: string | undefined; readonly name: string }>()
  const key = (state: State) => JSON.stringify(state)
  seen.set(key(first), { from: undefined, name: 'start' })
  const wayTo = (at: string): string[] => {
    const way: string[] = []
    for (let now: string | undefined = at; now !== undefined; now = seen.get(now)?.from)
      way.unshift(seen.get(now)?.name ?? '')
    return way
  }
  let frontier: State[] = [first]
  while (frontier.length > 0) {
    const next: State[] = []
    for (const state of frontier) {
      const from = key(state)
      const steps = [...stepsOf(state, bounds, mutant)]
      if (
        steps.every(({ name }) => /wakes|dies|stops|is damaged/.test(name)) &&
        state.processes.some(({ life, place }) => life === 'up' && place.at !== 'left') &&
        !state.isDone
      )
        return {
          states: seen.size,
          finding: { what: 'nobody can go on, and the job is not complete', way: wayTo(from) },
        }
      for (const { name, to } of steps) {
        const broken = brokenBy(name, state, to)
        if (broken !== undefined) return { states: seen.size, finding: { what: broken, way: [...wayTo(from), name] } }
        const id = key(to)
        if (seen.has(id)) continue
        seen.set(id, { from, name })
        next.push(to)
      }
    }
    frontier = next
  }
  return { states: seen.size, finding: undefined }
}

/** What must never happen. */
function brokenBy(name: string, before: State, after: State): string | undefined {
  for (const unit of units) {
    const attempts = new Set(after.committed.filter(made => made.unit === unit).map(({ attempt }) => attempt))
    if (attempts.size > 1) return `two attempts at unit ${unit} count`
  }
  if (after.committed.some(made => has(after.withdrawn, made))) return 'what was withdrawn counts again'
  if (before.exported !== undefined && after.exported !== undefined && after.exported < before.exported)
    return 'an earlier holder replaced the export of a later one'
  if (after.exported !== before.exported && after.exported !== undefined && after.exported !== after.lease.fence)
    return 'the export was put in place by who no longer held the right to'
  if (/finds no input/.test(name)) return 'an input that nothing stands behind is gone'
  const buried = after.buried.find(process => !before.buried.includes(process))
  if (buried !== undefined && after.processes[buried].life === 'up')
    return 'a process that gives signs of life was taken for dead'
  return undefined
}

function* stepsOf(state: State, bounds: Bounds, mutant: Mutant | undefined): Generator<Step> {
  for (const [p, process] of state.processes.entries()) {
    const { life } = process
    if (life === 'stopped') yield { name: `${p} wakes`, to: withProcess(state, p, { ...process, life: 'up' }) }
    if (life !== 'up') continue
    if (state.deaths < bounds.deaths)
      yield {
        name: `${p} dies`,
        to: { ...withProcess(state, p, { ...process, life: 'dead' }), deaths: state.deaths + 1 },
      }
    if (state.stops < bounds.stops)
      yield {
        name: `${p} stops`,
        to: { ...withProcess(state, p, { ...process, life: 'stopped', wasStopped: true }), stops: state.stops + 1 },
      }
    yield* stepsOfProcess(state, p, mutant)
  }
  const whole = state.files.find(made => has(state.committed, made) && !has(state.damaged, made))
  if (state.damages < bounds.damages && whole !== undefined && !state.isDone)
    yield {
      name: `unit ${whole.unit} is damaged`,
      to: { ...state, damaged: [...state.damaged, whole], damages: state.damages + 1 },
    }
}

function* stepsOfProcess(state: State, p: number, mutant: Mutant | undefined): Generator<Step> {
  const { place } = state.processes[p]
  const go = (to: Place, changes: Partial<State> = {}): State =>
    withProcess({ ...state, ...changes }, p, { ...state.processes[p], place: to })
  switch (place.at) {
    case 'idle':
      yield* stepsOfIdle(state, p, mutant)
      break
    case 'claimed': {
      const { unit, attempt } = place
      const made = { unit, attempt }
      if (recordOf(state, unit) !== undefined) yield { name: `${p} sees unit ${unit} done`, to: go({ at: 'idle' }) }
      else if (unit === 0)
        yield {
          name: `${p} publishes unit 0`,
          to: go({ ...place, at: 'published' }, { files: [...state.files, made] }),
        }
      else yield* stepsOfReader(state, { p, place }, go)
      break
    }
    case 'published': {
      const { unit, attempt, generation } = place
      const winner = state.winners[unit][generation]
      if (winner === undefined) {
        const winners = state.winners.map((all, index) => (index === unit ? setAt(all, generation, attempt) : all))
        yield { name: `${p} wins unit ${unit}`, to: go({ ...place, at: 'won' }, { winners }) }
      } else {
        const files = state.files.filter(made => !(made.unit === unit && made.attempt === attempt))
        yield {
          name: `${p} loses unit ${unit} to attempt ${winner}`,
          to: go({ ...place, at: 'won', attempt: winner }, { files }),
        }
      }
      break
    }
    case 'won':
      // The lease is looked at, and then the commit is appended: a process may be stopped between the two.
      if (state.buried.includes(p)) yield { name: `${p} finds its lease lost`, to: go({ at: 'left' }) }
      else yield { name: `${p} looks at its lease`, to: go({ ...place, at: 'checked' }) }
      break
    case 'checked': {
      const { unit, attempt } = place
      const made = { unit, attempt }
      // What a process appends that was taken for dead does not count.
      const counts = !state.buried.includes(p) && !has(state.committed, made)
      const committed =
        counts && (mutant === 'reused_numbers' || !has(state.withdrawn, made))
          ? [...state.committed, made]
          : state.committed
      yield {
        name: `${p} commits unit ${unit}`,
        to: go(unit === 1 ? { at: 'overtakes' } : { at: 'idle' }, { committed }),
      }
      break
    }
    case 'overtakes': {
      const files = state.files.filter(({ unit }) => unit !== 0)
      const isBehind = recordOf(state, 1) !== undefined
      yield { name: `${p} removes what is overtaken`, to: go({ at: 'idle' }, isBehind ? { files } : {}) }
      break
    }
    case 'exports': {
      const staged = setAt(state.staged, p, place.fence)
      yield { name: `${p} stages the export`, to: go({ ...place, at: 'staged' }, { staged }) }
      break
    }
    case 'staged':
      if (state.lease.fence !== place.fence) yield { name: `${p} finds the export taken over`, to: go({ at: 'left' }) }
      else yield { name: `${p} looks at its right to export`, to: go({ ...place, at: 'export_checked' }) }
      break
    case 'export_checked':
      if (state.staged[p] === undefined) yield { name: `${p} finds nothing to rename`, to: go({ at: 'left' }) }
      else
        yield {
          name: `${p} renames the export`,
          to: go({ ...place, at: 'renamed' }, { exported: place.fence, staged: setAt(state.staged, p, undefined) }),
        }
      break
    case 'renamed':
      if (state.lease.fence !== place.fence || state.buried.includes(p))
        yield { name: `${p} finds the export taken over`, to: go({ at: 'left' }) }
      else yield { name: `${p} records the export`, to: go({ at: 'left' }, { isDone: true }) }
      break
    case 'left':
      break
  }
}

function* stepsOfIdle(state: State, p: number, mutant: Mutant | undefined): Generator<Step> {
  const go = (to: Place, changes: Partial<State> = {}): State =>
    withProcess({ ...state, ...changes }, p, { ...state.processes[p], place: to })
  if (state.isDone) return
  if (state.buried.includes(p)) {
    yield { name: `${p} finds its lease lost`, to: go({ at: 'left' }) }
    return
  }
  for (const [q, other] of state.processes.entries()) {
    const isSilent = other.life !== 'up' || mutant === 'foreign_clock'
    if (q !== p && isSilent && !state.buried.includes(q) && other.place.at !== 'left')
      yield { name: `${p} buries ${q}`, to: { ...state, buried: [...state.buried, q] } }
  }
  for (const unit of units) {
    const holder = state.claims[unit]
    const isHeld = holder !== undefined && holder !== p && !state.buried.includes(holder)
    if (recordOf(state, unit) !== undefined || isHeld || (unit === 1 && recordOf(state, 0) === undefined)) continue
    const attempt = state.attempts + 1
    const lost = state.withdrawn.filter(made => made.unit === unit).length
    const generation = mutant === 'reused_numbers' ? 0 : lost
    yield {
      name: `${p} claims unit ${unit}`,
      to: go({ at: 'claimed', unit, attempt, generation }, { claims: setAt(state.claims, unit, p), attempts: attempt }),
    }
  }
  if (
    mutant === 'removal_without_rule' &&
    recordOf(state, 0) !== undefined &&
    state.files.some(({ unit }) => unit === 0)
  )
    yield {
      name: `${p} removes what unit 0 made`,
      to: { ...state, files: state.files.filter(({ unit }) => unit !== 0) },
    }
  const { holder } = state.lease
  const isFree = holder === undefined || holder === p || state.buried.includes(holder)
  if (recordOf(state, 1) === undefined || !isFree) return
  const fence = state.lease.fence + 1
  const staged = mutant === 'no_take_away' ? state.staged : state.staged.map(() => undefined)
  yield {
    name: `${p} takes the export, ${fence}`,
    to: go({ at: 'exports', fence }, { lease: { fence, holder: p }, staged }),
  }
}

/** Unit 1 reads what unit 0 made. */
function* stepsOfReader(
  state: State,
  { p, place }: { p: number; place: Extract<Place, { at: 'claimed' | 'published' | 'won' | 'checked' }> },
  go: (to: Place, changes?: Partial<State>) => State,
): Generator<Step> {
  const { unit, attempt, generation } = place
  const input = recordOf(state, 0)
  const isThere = input !== undefined && has(state.files, input)
  if (input === undefined) yield { name: `${p} waits for unit 0`, to: go({ at: 'idle' }) }
  else if (isThere && has(state.damaged, input)) {
    const gone = (made: Made) => !same(made, input)
    const changes = {
      committed: state.committed.filter(gone),
      files: state.files.filter(gone),
      withdrawn: [...state.withdrawn, input],
    }
    yield { name: `${p} withdraws unit 0`, to: go({ at: 'idle' }, changes) }
  } else if (isThere)
    yield {
      name: `${p} publishes unit 1`,
      to: go({ ...place, at: 'published' }, { files: [...state.files, { unit, attempt }] }),
    }
  else if (state.winners[1][generation] !== undefined)
    yield { name: `${p} is overtaken`, to: go({ at: 'published', unit, attempt, generation }) }
  else yield { name: `${p} finds no input`, to: go({ at: 'left' }) }
}

function recordOf(state: State, unit: Unit): Made | undefined {
  return state.committed.find(made => made.unit === unit)
}

function has(all: readonly Made[], made: Made): boolean {
  return all.some(one => same(one, made))
}

function same(a: Made, b: Made): boolean {
  return a.unit === b.unit && a.attempt === b.attempt
}

function setAt<T>(all: readonly T[], index: number, value: T): readonly T[] {
  const copy = [...all]
  copy[index] = value
  return copy
}

function withProcess(state: State, p: number, process: Process): State {
  return { ...state, processes: setAt(state.processes, p, process) }
}
