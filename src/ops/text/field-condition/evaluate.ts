import { isJsonObject, type JsonValue } from '../../../core/json.js'
import { SampleError } from '../../../core/sample-error.js'
import { compare, isEqual, isIn, isTruthy } from '../../python-values.js'
import type { CompareOperator, Node } from './parse.js'

/**
 * Evaluates a condition; `field` gives the value of a name.
 *
 * @throws {SampleError} for what a condition may not do
 * @throws {TypeError} for comparisons between values that have no order
 */
export function evaluate(node: Node, field: (name: string) => JsonValue | undefined): JsonValue {
  const visit = (one: Node) => evaluate(one, field)
  switch (node.kind) {
    case 'constant':
      return node.value
    case 'name':
      return field(node.name) ?? null
    case 'attribute': {
      const value = visit(node.of)
      return isJsonObject(value) && Object.hasOwn(value, node.name) ? value[node.name] : null
    }
    case 'list':
      return node.items.map(visit)
    case 'and':
      return node.parts.every(part => isTruthy(visit(part)))
    case 'or':
      return node.parts.some(part => isTruthy(visit(part)))
    case 'not':
      return !isTruthy(visit(node.of))
    case 'minus':
      return -numberOf(visit(node.of))
    case 'plus':
      return numberOf(visit(node.of))
    case 'compare':
      return evaluateChain(node, visit)
    case 'unsupported':
      throw new SampleError('bad_value', `a filter condition cannot evaluate ${node.what}`)
  }
}

/** What no sample could make work, wherever in a condition it stands; undefined where there is no such thing. */
export function unsupportedPart(node: Node): string | undefined {
  if (node.kind === 'unsupported') return `a filter condition cannot evaluate ${node.what}`
  const identity = node.kind === 'compare' ? node.rest.find(([operator]) => operator.startsWith('is')) : undefined
  if (identity !== undefined) return `a filter condition cannot evaluate "${identity[0]}"`
  return partsOf(node)
    .map(unsupportedPart)
    .find(part => part !== undefined)
}

function partsOf(node: Node): readonly Node[] {
  switch (node.kind) {
    case 'attribute':
    case 'not':
    case 'minus':
    case 'plus':
      return [node.of]
    case 'list':
      return node.items
    case 'and':
    case 'or':
      return node.parts
    case 'compare':
      return [node.first, ...node.rest.map(([, right]) => right)]
    default:
      return []
  }
}

function numberOf(value: JsonValue): number {
  if (typeof value === 'number' || typeof value === 'boolean') return Number(value)
  throw new TypeError(`${JSON.stringify(value)} has no sign`)
}

/** A comparison with a missing value is false, or true for `not in`, and ends the chain there. */
function evaluateChain(node: Extract<Node, { kind: 'compare' }>, visit: (one: Node) => JsonValue): boolean {
  let left = visit(node.first)
  const rights = node.rest.map(([operator, right]) => [operator, visit(right)] as const)
  for (const [operator, right] of rights) {
    if (left === null || right === null) return operator === 'not in'
    if (!holds(operator, left, right)) return false
    left = right
  }
  return true
}

function holds(operator: CompareOperator, left: JsonValue, right: JsonValue): boolean {
  switch (operator) {
    case '==':
      return isEqual(left, right)
    case '!=':
      return !isEqual(left, right)
    case 'in':
      return isIn(left, right)
    case 'not in':
      return !isIn(left, right)
    case '<':
      return compare(left, right) < 0
    case '>':
      return compare(left, right) > 0
    case '<=':
      return compare(left, right) <= 0
    case '>=':
      return compare(left, right) >= 0
    default:
      throw new SampleError('bad_value', `a filter condition cannot evaluate "${operator}"`)
  }
}
