import { ConditionError, type Token, tokenize } from './tokens.js'

export type CompareOperator = '<' | '>' | '<=' | '>=' | '==' | '!=' | 'in' | 'not in' | 'is' | 'is not'

/** A condition as a tree. `unsupported` is Python all right, but fails where it is evaluated. */
export type Node =
  | { readonly kind: 'constant'; readonly value: string | number | boolean | null }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'attribute'; readonly of: Node; readonly name: string }
  | { readonly kind: 'list'; readonly items: readonly Node[] }
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Node[] }
  | { readonly kind: 'not' | 'minus' | 'plus'; readonly of: Node }
  | { readonly kind: 'compare'; readonly first: Node; readonly rest: readonly (readonly [CompareOperator, Node])[] }
  | { readonly kind: 'unsupported'; readonly what: string }

const constants: Readonly<Record<string, boolean | null>> = { True: true, False: false, None: null }
const keywords = new Set(
  'and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield'.split(
    ' ',
  ),
)
/** Binary operators by how tightly they bind; a condition may hold them, but not evaluate them. */
const arithmetic = [['|'], ['^'], ['&'], ['<<', '>>'], ['+', '-'], ['*', '/', '//', '%', '@']]

/**
 * Parses a Python expression.
 *
 * @throws {ConditionError} where it is none
 */
export function parseCondition(condition: string): Node {
  if (/^[ \t\f]/.test(condition)) throw new ConditionError(condition, 'unexpected indent')
  return new Parser(condition).whole()
}

class Parser {
  readonly #tokens: readonly Token[]
  #at = 0

  constructor(readonly condition: string) {
    this.#tokens = tokenize(condition)
  }

  whole(): Node {
    const first = this.#expression()
    const node = this.#is(',') ? this.#tuple(first) : first
    if (this.#token.kind !== 'end') this.#fail()
    return node
  }

  get #token(): Token {
    return this.#tokens[this.#at]
  }

  #fail(): never {
    throw new ConditionError(this.condition, 'invalid syntax')
  }

  #is(text: string, offset = 0): boolean {
    const token = this.#tokens[this.#at + offset]
    return token !== undefined && 'text' in token && token.text === text
  }

  #take(text: string): boolean {
    if (!this.#is(text)) return false
    this.#at++
    return true
  }

  #expect(text: string): void {
    if (!this.#take(text)) this.#fail()
  }

  #tuple(first: Node): Node {
    const items = [first]
    while (this.#take(',')) {
      if (this.#token.kind === 'end' || this.#is(')')) break
      items.push(this.#expression())
    }
    return { kind: 'list', items }
  }

  #expression(): Node {
    if (this.#is('lambda')) {
      while (!this.#is(':')) {
        if (this.#token.kind === 'end') this.#fail()
        this.#at++
      }
      this.#at++
      this.#expression()
      return { kind: 'unsupported', what: 'lambda' }
    }
    const node = this.#or()
    if (!this.#take('if')) return node
    this.#or()
    this.#expect('else')
    this.#expression()
    return { kind: 'unsupported', what: 'a choice by if and else' }
  }

  #or(): Node {
    return this.#joined('or', () => this.#joined('and', () => this.#not()))
  }

  #joined(kind: 'and' | 'or', next: () => Node): Node {
    const first = next()
    if (!this.#is(kind)) return first
    const parts = [first]
    while (this.#take(kind)) parts.push(next())
    return { kind, parts }
  }

  #not(): Node {
    return this.#take('not') ? { kind: 'not', of: this.#not() } : this.#comparison()
  }

  #comparison(): Node {
    const first = this.#binary(0)
    const rest: [CompareOperator, Node][] = []
    for (let operator = this.#compareOperator(); operator !== undefined; operator = this.#compareOperator())
      rest.push([operator, this.#binary(0)])
    return rest.length === 0 ? first : { kind: 'compare', first, rest }
  }

  #compareOperator(): CompareOperator | undefined {
    for (const operator of ['<', '>', '<=', '>=', '==', '!=', 'in'] as const) if (this.#take(operator)) return operator
    if (this.#is('not') && this.#is('in', 1)) {
      this.#at += 2
      return 'not in'
    }
    if (!this.#take('is')) return undefined
    return this.#take('not') ? 'is not' : 'is'
  }

  #binary(level: number): Node {
    if (level === arithmetic.length) return this.#unary()
    let node = this.#binary(level + 1)
    for (let operator = arithmetic[level].find(one => this.#take(one)); operator !== undefined; ) {
      this.#binary(level + 1)
      node = { kind: 'unsupported', what: `operator ${operator}` }
      operator = arithmetic[level].find(one => this.#take(one))
    }
    return node
  }

  #unary(): Node {
    if (this.#take('-')) return { kind: 'minus', of: this.#unary() }
    if (this.#take('+')) return { kind: 'plus', of: this.#unary() }
    if (this.#take('~')) {
      this.#unary()
      return { kind: 'unsupported', what: 'operator ~' }
    }
    const base = this.#primary()
    if (!this.#take('**')) return base
    this.#unary()
    return { kind: 'unsupported', what: 'operator **' }
  }

  #primary(): Node {
    this.#take('await')
    let node = this.#atom()
    for (;;) {
      if (this.#take('.')) {
        const token = this.#token
        if (token.kind !== 'name' || keywords.has(token.text)) this.#fail()
        this.#at++
        node = { kind: 'attribute', of: node, name: token.text }
      } else if (this.#is('(') || this.#is('[')) {
        this.#skipBrackets()
        node = { kind: 'unsupported', what: 'a call or an index' }
      } else return node
    }
  }

  #atom(): Node {
    const token = this.#token
    if (token.kind === 'string') return this.#strings()
    if (token.kind === 'end') this.#fail()
    if (this.#is('(') || this.#is('[') || this.#is('{')) return this.#bracketed()
    this.#at++
    if (token.kind === 'number') return { kind: 'constant', value: token.value }
    if (token.kind === 'other') return { kind: 'unsupported', what: 'this kind of constant' }
    if (token.kind !== 'name' || keywords.has(token.text)) this.#fail()
    if (Object.hasOwn(constants, token.text)) return { kind: 'constant', value: constants[token.text] }
    return { kind: 'name', name: token.text }
  }

  #strings(): Node {
    let value = ''
    for (let token = this.#token; token.kind === 'string'; token = this.#token) {
      value += token.value
      this.#at++
    }
    return { kind: 'constant', value }
  }

  #bracketed(): Node {
    const start = this.#at
    const open = this.#is('(') ? '(' : this.#is('[') ? '[' : '{'
    const close = { '(': ')', '[': ']', '{': '}' }[open]
    this.#at++
    if (this.#take(close))
      return open === '{' ? { kind: 'unsupported', what: 'a dictionary' } : { kind: 'list', items: [] }
    if (this.#is('*') || this.#is('**') || this.#is('yield')) return this.#opaque(start)
    const items = [this.#expression()]
    let commas = 0
    while (this.#take(',')) {
      commas++
      if (this.#is(close)) break
      if (this.#is('*')) return this.#opaque(start)
      items.push(this.#expression())
    }
    if (!this.#take(close)) return this.#opaque(start)
    return open === '(' && commas === 0 ? items[0] : { kind: 'list', items }
  }

  /** Comprehensions, dictionaries and unpacking: bracketed, but nothing to evaluate. */
  #opaque(start: number): Node {
    this.#at = start
    this.#skipBrackets()
    return { kind: 'unsupported', what: 'a dictionary, a comprehension or unpacking' }
  }

  #skipBrackets(): void {
    let depth = 0
    do {
      if (this.#token.kind === 'end') this.#fail()
      if (this.#is('(') || this.#is('[') || this.#is('{')) depth++
      if (this.#is(')') || this.#is(']') || this.#is('}')) depth--
      this.#at++
    } while (depth > 0)
  }
}
