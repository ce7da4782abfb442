import { decodeText } from './entities.js'
import { endOfBroken, readOtherMarkup } from './other-markup.js'
import { type StartTag, StartTagReader } from './start-tag.js'
import { TextScanner } from './text-scanner.js'

/** An element of a tolerant parse; text nodes are strings. */
export interface Element {
  readonly name: string
  readonly attributes: readonly (readonly [string, string])[]
  readonly children: Node[]
}

export type Node = Element | string | Raw

/** A comment, declaration or instruction, with its marks. */
export interface Raw {
  readonly raw: string
}

/** Elements that hold nothing and have no end tag. */
export const voidNames = new Set(
  'area base br col embed hr img input keygen link menuitem meta param source track wbr basefont bgsound command frame image isindex nextid spacer'.split(
    ' ',
  ),
)
/** Elements that hold nothing but text as it stands. */
export const rawTextNames = new Set(['script', 'style'])
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

export function isElement(node: Node): node is Element {
  return typeof node === 'object' && 'name' in node
}
