import { compareText } from '../../python-values.js'
import { type Element, type Raw, rawTextNames, voidNames } from './tolerant-tree.js'
import type { Visitor } from './walk.js'

/** Writes the elements it is led through as HTML, the way Beautiful Soup does. */
export class HtmlWriter implements Visitor {
  /** What is written so far. */
  html = ''

  enter({ name, attributes }: Element): void {
    const sorted = attributes.toSorted(([a], [b]) => compareText(a, b))
    const written = sorted.map(([key, value]) => ` ${key}=${quote(value)}`).join('')
    this.html += `<${name}${written}${voidNames.has(name) ? '/' : ''}>`
  }

  leave({ name }: Element): void {
    if (!voidNames.has(name)) this.html += `</${name}>`
  }

  text(text: string, parent: Element): void {
    this.html += rawTextNames.has(parent.name) ? text : escapeText(text)
  }

  raw({ raw }: Raw): void {
    this.html += raw
  }
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

function quote(value: string): string {
  const plain = escapeText(value)
  if (!plain.includes('"')) return `"${plain}"`
  return plain.includes("'") ? `"${plain.replaceAll('"', '&quot;')}"` : `'${plain}'`
}
