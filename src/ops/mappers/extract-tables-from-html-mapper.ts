import { defineMapper } from '../define.js'
import { bool, text } from '../params.js'
import { descendants, type Element, parseTolerantly, serialize, textsOf } from '../text/html/tolerant-tree.js'
import { strip } from '../text/python-text.js'
import { metaOf, setMeta } from './meta.js'

/** Notes the tables of HTML texts: rows of cells, or their HTML (Data-Juicer). */
export const extractTablesFromHtmlMapper = defineMapper({
  name: 'extract_tables_from_html_mapper',
  summary: 'Notes the tables that HTML texts hold.',
  params: {
    tables_field_name: text('html_tables').describe('Meta field for the tables; one that is there is left alone.'),
    retain_html_tags: bool(false).describe('Note the HTML of each table instead of the texts of its cells.'),
    include_header: bool(true).describe('Take in rows that hold header cells.'),
  },
  example: {
    params: { tables_field_name: 'tables' },
    cases: [
      {
        before: { text: '<table><tr><th>port</th><th>time</th></tr><tr><td>Ness</td><td>9:00</td></tr></table>' },
        after: [
          {
            __dj__meta__: {
              tables: [
                [
                  ['port', 'time'],
                  ['Ness', '9:00'],
                ],
              ],
            },
          },
        ],
      },
    ],
  },
  create({ tables_field_name, retain_html_tags, include_header }, { textKey }) {
    const field = tables_field_name ?? 'html_tables'
    return {
      map(sample) {
        if (Object.hasOwn(metaOf(sample), field)) return
        const tables = [...descendants(parseTolerantly(sample.text(textKey)), 'table')]
        const rows = () => tables.map(table => rowsOf(table, include_header === true)).filter(one => one.length > 0)
        setMeta(sample, { [field]: retain_html_tags === true ? tables.map(serialize) : rows() })
      },
    }
  },
})

function rowsOf(table: Element, includesHeader: boolean): string[][] {
  const rows: string[][] = []
  for (const row of descendants(table, 'tr')) {
    const cells = row.children.filter(
      (child): child is Element =>
        typeof child === 'object' && 'name' in child && (child.name === 'td' || child.name === 'th'),
    )
    if (cells.length === 0 || (!includesHeader && cells.some(cell => cell.name === 'th'))) continue
    rows.push(cells.map(cell => [...textsOf(cell)].map(strip).join('')))
  }
  return rows
}
