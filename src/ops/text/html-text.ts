import { type DefaultTreeAdapterTypes, parse } from 'parse5'

/** The text of an HTML document as browsers parse it: all text nodes joined, without the contents of templates. */
export function htmlText(html: string): string {
  const pieces: string[] = []
  const open: DefaultTreeAdapterTypes.Node[] = [parse(html, { scriptingEnabled: false })]
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if ('value' in node) pieces.push(node.value)
    else if ('childNodes' in node) for (let i = node.childNodes.length - 1; i >= 0; i--) open.push(node.childNodes[i])
  }
  return pieces.join('')
}
