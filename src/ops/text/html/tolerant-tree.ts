import { compareText } from '../../python-values.js'
import { decodeAttribute, decodeText } from './entities.js'

/** An element of a tolerant parse; text nodes are strings. */
export interface Element {
  readonly name: string
  readonly attributes: readonly (readonly [string, string | null])[]
  readonly children: (Element | string | Raw)[]
}

/** A comment, declaration or instruction, with its marks. */
export interface Raw {
  readonly raw: string
}

const voidNames = new Set(
  'area base br col embed hr img input keygen link menuitem meta param source track wbr basefont bgsound command frame image isindex nextid spacer'.split(
    ' ',
  ),
)
const rawTextNames = new Set(['script', 'style'])
const preformattedNames = ['pre', 'textarea']

/** Blanks alone shrink to a line feed, or to a blank where they hold none. */
function withoutIndent(text: string): string {
  return /^[ \t\n\f\r]+$/.test(text) ? (text.includes('\n') ? '\n' : ' ') : text
}

const tag = /<(\/?)([a-zA-Z][^\t\n\r\f />\0]*)((?:[^>"'=]|=\s*"[^"]*"|=\s*'[^']*'|=|["'])*)>/y
const attribute = /([^\s/>][^\s/=>]*)(?:\s*=+\s*('[^']*'|"[^"]*"|(?!['"])[^>\s]*))?/g

/**
 * Parses HTML the way Beautiful Soup does on Python's html.parser: tags nest as they are written, an end
 * tag closes the innermost element of its name and all within it, and nothing is implied.
 */
export function parseTolerantly(html: string): Element {
  const root: Element = { name: '', attributes: [], children: [] }
  const stack = [root]
  const openCounts = new Map<string, number>()
  let text = ''
  const flush = () => {
    const keepsBlanks = preformattedNames.some(name => (openCounts.get(name) ?? 0) > 0)
    if (text !== '') stack.at(-1)!.children.push(keepsBlanks ? text : withoutIndent(text))
    text = ''
  }
  for (let at = 0; at < html.length; ) {
    const less = html.indexOf('<', at)
    const end = less < 0 ? html.length : less
    if (end > at) text += decodeText(html.slice(at, end))
    if (less < 0) break
    at = less
    const special = readSpecial(html, at)
    if (special !== undefined) {
      flush()
      if (special.raw !== '') stack.at(-1)!.children.push({ raw: special.raw })
      at = special.end
      continue
    }
    tag.lastIndex = at
    const match = tag.exec(html)
    if (match === null) {
      const end = endOfBroken(html, at)
      text += html.slice(at, end)
      at = end
      continue
    }
    flush()
    at = tag.lastIndex
    const name = match[2].toLowerCase()
    if (match[1] === '/') {
      if ((openCounts.get(name) ?? 0) === 0) continue
      for (let closed = stack.pop()!; ; closed = stack.pop()!) {
        openCounts.set(closed.name, openCounts.get(closed.name)! - 1)
        if (closed.name === name) break
      }
      continue
    }
    const element: Element = { name, attributes: readAttributes(match[3]), children: [] }
    stack.at(-1)!.children.push(element)
    if (voidNames.has(name) || match[3].endsWith('/')) continue
    stack.push(element)
    openCounts.set(name, (openCounts.get(name) ?? 0) + 1)
    if (rawTextNames.has(name)) {
      const close = new RegExp(`</\\s*${name}\\s*>`, 'gi')
      close.lastIndex = at
      const until = close.exec(html)?.index
      text = until === undefined ? '' : html.slice(at, until)
      at = until ?? html.length
    }
  }
  flush()
  return root
}

/** Where the text ends that something without its end counts as; a mark before anything else is text alone. */
function endOfBroken(html: string, at: number): number {
  if (!/[!?/]/.test(html[at + 1] ?? '')) return at + 1
  const close = html.indexOf('>', at + 1)
  if (close >= 0) return close + 1
  const open = html.indexOf('<', at + 1)
  return open < 0 ? at + 1 : open
}

const commentEnd = /--\s*>/g

/** A comment, declaration or instruction, as it is written again; an end tag without a name counts as a comment. */
function readSpecial(html: string, at: number): { raw: string; end: number } | undefined {
  if (html.startsWith('<!--', at)) {
    commentEnd.lastIndex = at + 4
    const end = commentEnd.exec(html)
    return end === null ? undefined : { raw: comment(html.slice(at + 4, end.index)), end: commentEnd.lastIndex }
  }
  const isEndTag = html[at + 1] === '/' && !/[a-zA-Z]/.test(html[at + 2] ?? '')
  if (!isEndTag && html[at + 1] !== '!' && html[at + 1] !== '?') return undefined
  const close = closeOf(html, at)
  if (close < 0) return undefined
  const end = close + 1
  const inside = html.slice(at + 2, close)
  if (isEndTag) return { raw: inside === '' ? '' : comment(inside), end }
  if (html[at + 1] === '?' || inside.startsWith('[')) return { raw: html.slice(at, end), end }
  if (!/^doctype/i.test(inside)) return { raw: comment(inside), end }
  return { raw: `<!DOCTYPE ${withoutIndent(inside.slice('doctype '.length))}>\n`, end }
}

/** The mark that ends a declaration or instruction; a section of character data ends by brackets. */
function closeOf(html: string, at: number): number {
  if (!html.startsWith('<![', at)) return html.indexOf('>', at + 2)
  const brackets = /^<!\[(?:cdata|temp|ignore|include|rcdata)/i.test(html.slice(at, at + 10))
    ? /\]\s*\]\s*>/g
    : /\]\s*>/g
  brackets.lastIndex = at + 3
  return brackets.exec(html) === null ? -1 : brackets.lastIndex - 1
}

function comment(text: string): string {
  return `<!--${withoutIndent(text)}-->`
}

function readAttributes(text: string): [string, string | null][] {
  const found = new Map<string, string | null>()
  for (const [, name, value] of text.matchAll(attribute)) {
    const plain = value === undefined ? null : /^['"]/.test(value) ? value.slice(1, -1) : value
    found.set(name.toLowerCase(), plain === null ? '' : decodeAttribute(plain))
  }
  return [...found]
}

/** All elements of a name below an element, in the order of the document. */
export function* descendants(root: Element, name: string): Generator<Element> {
  const open = [...root.children].reverse()
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (typeof node === 'string' || 'raw' in node) continue
    if (node.name === name) yield node
    for (let i = node.children.length - 1; i >= 0; i--) open.push(node.children[i])
  }
}

/** Visits the text nodes below an element. */
export function* textsOf(root: Element): Generator<string> {
  const open = [...root.children].reverse()
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (typeof node === 'string') yield node
    else if (!('raw' in node) && !rawTextNames.has(node.name))
      for (let i = node.children.length - 1; i >= 0; i--) open.push(node.children[i])
  }
}

/** Writes an element as HTML. */
export function serialize(root: Element): string {
  const escapeText = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  const quote = (value: string) => {
    const plain = escapeText(value)
    if (!plain.includes('"')) return `"${plain}"`
    return plain.includes("'") ? `"${plain.replaceAll('"', '&quot;')}"` : `'${plain}'`
  }
  let out = ''
  const open: (Element | string | Raw | { readonly closing: string })[] = [root]
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (typeof node === 'string') out += escapeText(node)
    else if ('raw' in node) out += node.raw
    else if ('closing' in node) out += node.closing
    else {
      const sorted = node.attributes.toSorted(([a], [b]) => compareText(a, b))
      const attributes = sorted.map(([name, value]) => ` ${name}=${quote(value ?? '')}`).join('')
      const isVoid = voidNames.has(node.name)
      out += `<${node.name}${attributes}${isVoid ? '/' : ''}>`
      if (isVoid) continue
      open.push({ closing: `</${node.name}>` })
      for (let i = node.children.length - 1; i >= 0; i--) {
        const child = node.children[i]
        open.push(typeof child === 'string' && rawTextNames.has(node.name) ? { raw: child } : child)
      }
    }
  }
  return out
}
