import { compareText } from '../../python-values.js'
import { decodeText } from './entities.js'
import { endOfBroken, readOtherMarkup } from './other-markup.js'
import { type StartTag, StartTagReader } from './start-tag.js'
import { TextScanner } from './text-scanner.js'

/** An element of a tolerant parse; text nodes are strings. */
export interface Element {
  readonly name: string
  readonly attributes: readonly (readonly [string, string])[]
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
const scriptEnd = /<\/\s*script\s*>/gi
const styleEnd = /<\/\s*style\s*>/gi
const preformattedNames = ['pre', 'textarea']

/**
 * Parses HTML the way Beautiful Soup does on Python's html.parser: tags nest as they are written, an end
 * tag closes the innermost element of its name and all within it, and nothing is implied.
 */
export function parseTolerantly(html: string): Element {
  const root: Element = { name: '', attributes: [], children: [] }
  const stack = [root]
  const openCounts = new Map<string, number>()
  let text = ''
  /** Outside of preformatted text blanks alone shrink to a line feed, or to a blank where they hold none. */
  const shrunk = (content: string) => {
    const isBlank = /^[ \t\n\f\r]*$/.test(content)
    if (!isBlank || preformattedNames.some(name => (openCounts.get(name) ?? 0) > 0)) return content
    return content.includes('\n') ? '\n' : ' '
  }
  const flush = () => {
    if (text !== '') stack.at(-1)!.children.push(shrunk(text))
    text = ''
  }
  const open = ({ name, attributes, closesItself }: Extract<StartTag, { kind: 'tag' }>) => {
    const element: Element = { name, attributes, children: [] }
    stack.at(-1)!.children.push(element)
    if (voidNames.has(name) || closesItself) return false
    stack.push(element)
    openCounts.set(name, (openCounts.get(name) ?? 0) + 1)
    return true
  }
  const close = (name: string) => {
    if ((openCounts.get(name) ?? 0) === 0) return
    for (let closed = stack.pop()!; ; closed = stack.pop()!) {
      openCounts.set(closed.name, openCounts.get(closed.name)! - 1)
      if (closed.name === name) return
    }
  }
  const scanner = new TextScanner(html)
  const startTags = new StartTagReader(scanner)
  for (let at = 0; at < html.length; ) {
    const less = html.indexOf('<', at)
    const end = less < 0 ? html.length : less
    if (end > at) text += decodeText(html.slice(at, end), less < 0)
    if (less < 0) break
    at = less
    const markup = /[a-zA-Z]/.test(html[at + 1] ?? '') ? startTags.read(at) : readOtherMarkup(scanner, at)
    if (markup === undefined || markup.kind === 'text') {
      const end = markup?.end ?? endOfBroken(scanner, at)
      text += html.slice(at, end)
      at = end
      continue
    }
    at = markup.end
    if (markup.kind === 'nothing') continue
    flush()
    if (markup.kind === 'raw') stack.at(-1)!.children.push({ raw: markup.marks.join(shrunk(markup.content)) })
    else if (markup.kind === 'end') close(markup.name)
    else if (open(markup) && rawTextNames.has(markup.name)) {
      const until = scanner.search(markup.name === 'script' ? scriptEnd : styleEnd, at)?.start
      text = until === undefined ? '' : html.slice(at, until)
      at = until ?? html.length
    }
  }
  flush()
  return root
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
      const attributes = sorted.map(([name, value]) => ` ${name}=${quote(value)}`).join('')
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
