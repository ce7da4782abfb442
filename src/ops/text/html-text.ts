import {
  type DefaultTreeAdapterMap,
  type DefaultTreeAdapterTypes,
  html as dom,
  InsertionMode,
  Parser,
  TokenizerMode,
} from 'parse5'

/**
 * The text of an HTML document as browsers parse it: all text nodes joined, without the contents of templates.
 *
 * An element of a choice (`<select>`) that holds plain text, such as a title, is left out there, and what stands in it
 * is plain text all the same, as in lexbor.
 */
export function htmlText(html: string): string {
  const parser = new Parser<DefaultTreeAdapterMap>({ scriptingEnabled: false })
  const onStartTag = parser.onStartTag.bind(parser)
  parser.onStartTag = token => {
    const isInSelect =
      parser.insertionMode === InsertionMode.IN_SELECT || parser.insertionMode === InsertionMode.IN_SELECT_IN_TABLE
    onStartTag(token)
    const mode = plainModes.get(token.tagID)
    if (isInSelect && mode !== undefined) parser.tokenizer.state = mode
  }
  parser.tokenizer.write(html, true)
  return textOf(parser.document)
}

const plainModes: ReadonlyMap<dom.TAG_ID, (typeof TokenizerMode)[keyof typeof TokenizerMode]> = new Map([
  [dom.TAG_ID.TITLE, TokenizerMode.RCDATA],
  [dom.TAG_ID.STYLE, TokenizerMode.RAWTEXT],
  [dom.TAG_ID.IFRAME, TokenizerMode.RAWTEXT],
  [dom.TAG_ID.NOFRAMES, TokenizerMode.RAWTEXT],
  [dom.TAG_ID.NOEMBED, TokenizerMode.RAWTEXT],
  [dom.TAG_ID.XMP, TokenizerMode.RAWTEXT],
  [dom.TAG_ID.PLAINTEXT, TokenizerMode.PLAINTEXT],
])

function textOf(document: DefaultTreeAdapterTypes.Document): string {
  const pieces: string[] = []
  const open: DefaultTreeAdapterTypes.Node[] = [document]
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if ('value' in node) pieces.push(node.value)
    else if ('childNodes' in node) for (let i = node.childNodes.length - 1; i >= 0; i--) open.push(node.childNodes[i])
  }
  return pieces.join('')
}
