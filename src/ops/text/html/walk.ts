import type { Element, Raw } from './tolerant-tree.js'

/** What is told of the nodes below an element, in the order of the document. */
export interface Visitor {
  enter?(element: Element, parent: Element): void
  leave?(element: Element): void
  text?(text: string, parent: Element): void
  raw?(raw: Raw): void
}

/** Walks through all below an element, however deep it is. */
export function walk(root: Element, visitor: Visitor): void {
  const open = [root]
  const next = [0]
  while (open.length > 0) {
    const element = open.at(-1)!
    const child = element.children[next[open.length - 1]++]
    if (child === undefined) {
      open.pop()
      next.pop()
      if (open.length > 0) visitor.leave?.(element)
    } else if (typeof child === 'string') visitor.text?.(child, element)
    else if ('raw' in child) visitor.raw?.(child)
    else {
      visitor.enter?.(child, element)
      open.push(child)
      next.push(0)
    }
  }
}
