import type { Operator, OperatorContext, OperatorDefinition } from '../../core/operator.js'
import { requireJson } from '../../core/plain-json.js'
import { withinTime } from '../../util/within-time.js'

/** How long a user's module may take to load, or one of its operators to be built. */
const patienceMs = 20_000

/** Runs code of a user's module that may hang, or end the process: both are errors of that module, with its name. */
async function carefully<T>(what: string, work: () => T | Promise<T>): Promise<T> {
  const { exit } = process
  const refuse = (code?: number | string | null): never => {
    throw new Error(`${what} called process.exit(${code ?? ''}): an operator may not end the program`)
  }
  process.exit = refuse
  try {
    return await withinTime(patienceMs, `${what} did not end within ${patienceMs / 1000} s`, work)
  } finally {
    if (process.exit === refuse) process.exit = exit
  }
}

export function loadCarefully<T>(path: string, work: () => Promise<T>): Promise<T> {
  return carefully(`loading ${path}`, work)
}

/** The definition of a user's operator whose `create` is held to the rules that those of shipped ones keep. */
export function createCarefully(definition: OperatorDefinition): OperatorDefinition {
  const { name } = definition
  return {
    ...definition,
    async create(params: Readonly<Record<string, unknown>>, context: OperatorContext): Promise<Operator> {
      const operator = await carefully(`create of ${name}`, async () => definition.create(params, context))
      const missing = missingIn(operator)
      if (missing !== undefined) throw new Error(`create of ${name} must return an object with ${missing}`)
      return operator.kind === 'filter' ? { ...bind(operator), keep: keepOf(name, operator) } : operator
    },
  }
}

function missingIn(operator: Operator): string | undefined {
  switch (operator.kind) {
    case 'mapper':
      return operator.map === undefined && operator.mapBatch === undefined ? 'a method map or mapBatch' : undefined
    case 'filter':
      return typeof operator.keep === 'function' ? undefined : 'a method keep'
    case 'barrier':
      return typeof operator.sign === 'function' && typeof operator.resolve === 'function'
        ? undefined
        : 'methods sign and resolve'
  }
}

type FilterOperator = Extract<Operator, { kind: 'filter' }>

/** Methods of a class stand in its prototype, and want their object. */
function bind(filter: FilterOperator): FilterOperator {
  return {
    ...filter,
    computeStats: filter.computeStats?.bind(filter),
    keep: sample => filter.keep(sample),
    takeFilesRead: filter.takeFilesRead?.bind(filter),
    dispose: () => filter.dispose?.(),
  }
}

function keepOf(name: string, filter: FilterOperator): FilterOperator['keep'] {
  return sample => {
    requireJson(sample.stats, 'stats')
    const isKept: unknown = filter.keep(sample)
    if (typeof isKept === 'boolean') return isKept
    throw new TypeError(`keep of ${name} must return true or false; it returned ${typeof isKept}`)
  }
}
