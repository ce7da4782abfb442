import { tagNameEnd } from './start-tag.js'
import type { TextScanner } from './text-scanner.js'

/** What begins with `<` and is no start tag. */
export type OtherMarkup =
  | { readonly kind: 'end'; readonly name: string; readonly end: number }
  /** A comment, declaration or instruction, and the marks around it when it is written again. */
  | { readonly kind: 'raw'; readonly marks: Marks; readonly content: string; readonly end: number }
  /** `</>`, which is nothing at all. */
  | { readonly kind: 'nothing'; readonly end: number }
  | { readonly kind: 'text'; readonly end: number }

type Marks = readonly [before: string, after: string]

const commentMarks: Marks = ['<!--', '-->']

const commentEnd = /--\s*>/g
/** What ends a section of character data, and one of any other kind. */
const dataEnd = /\]\s*\]\s*>/g
const sectionEnd = /\]\s*>/g
const spacedEndTag = /<\/\s+([a-zA-Z][-.\w:]*)\s*>/y

/** Reads what stands at a `<` without a letter behind it; undefined where it does not end. */
export function readOtherMarkup(scanner: TextScanner, at: number): OtherMarkup | undefined {
  const { text } = scanner
  switch (text[at + 1]) {
    case '/':
      return readEndTag(scanner, at)
    case '?':
      return upToClose(scanner, at, ['<?', '>'])
    case '!':
      if (text.startsWith('<!--', at)) return readComment(scanner, at)
      if (text.startsWith('<![', at)) return readSection(scanner, at)
      if (/^doctype/i.test(text.slice(at + 2, at + 9))) return readDoctype(scanner, at)
      return upToClose(scanner, at, commentMarks)
    default:
      return { kind: 'text', end: at + 1 }
  }
}

/** Where the text ends that markup without an end counts as. */
export function endOfBroken(scanner: TextScanner, at: number): number {
  const close = scanner.indexOf('>', at + 1)
  if (close >= 0) return close + 1
  const open = scanner.indexOf('<', at + 1)
  return open < 0 ? at + 1 : open
}

/** An end tag; one whose name starts with no letter is a comment. */
function readEndTag(scanner: TextScanner, at: number): OtherMarkup | undefined {
  const { text } = scanner
  const close = scanner.indexOf('>', at + 2)
  if (close < 0) return undefined
  if (/[a-zA-Z]/.test(text[at + 2])) {
    const nameEnd = scanner.search(tagNameEnd, at + 2)?.start ?? close
    return { kind: 'end', name: text.slice(at + 2, nameEnd).toLowerCase(), end: scanner.indexOf('>', nameEnd) + 1 }
  }
  spacedEndTag.lastIndex = at
  const spaced = spacedEndTag.exec(text)
  if (spaced !== null) return { kind: 'end', name: spaced[1].toLowerCase(), end: spacedEndTag.lastIndex }
  if (close === at + 2) return { kind: 'nothing', end: close + 1 }
  return upToClose(scanner, at, commentMarks)
}

function readComment(scanner: TextScanner, at: number): OtherMarkup | undefined {
  const found = scanner.search(commentEnd, at + 4)
  return found && raw(commentMarks, scanner.text.slice(at + 4, found.start), found.end)
}

/** A section in brackets: character data, or a declaration of another kind. */
function readSection(scanner: TextScanner, at: number): OtherMarkup | undefined {
  const holdsData = /^(?:cdata|temp|ignore|include|rcdata)/i.test(scanner.text.slice(at + 3, at + 10))
  const found = scanner.search(holdsData ? dataEnd : sectionEnd, at + 3)
  if (found === undefined) return undefined
  const content = scanner.text.slice(at + 3, found.start)
  return /^cdata\[/i.test(content)
    ? raw(['<![CDATA[', ']]>'], content.slice('CDATA['.length), found.end)
    : raw(['<?', '?>'], content, found.end)
}

function readDoctype(scanner: TextScanner, at: number): OtherMarkup | undefined {
  const close = scanner.indexOf('>', at + 2)
  if (close < 0) return undefined
  return raw(['<!DOCTYPE ', '>\n'], scanner.text.slice(at + '<!doctype '.length, close), close + 1)
}

/** What stands between two characters at the start and the next `>`. */
function upToClose(scanner: TextScanner, at: number, marks: Marks): OtherMarkup | undefined {
  const close = scanner.indexOf('>', at + 2)
  return close < 0 ? undefined : raw(marks, scanner.text.slice(at + 2, close), close + 1)
}

function raw(marks: Marks, content: string, end: number): OtherMarkup {
  return { kind: 'raw', marks, content, end }
}
