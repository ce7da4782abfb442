import { defineMapper } from '../define.js'
import { bool, text } from '../params.js'
import { htmlOfTables, rowsOfTables } from '../text/html/tables.js'
import { parseTolerantly } from '../text/html/tolerant-tree.js'
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
        const root = parseTolerantly(sample.text(textKey))
        const tables = retain_html_tags === true ? htmlOfTables(root) : rowsOfTables(root, include_header === true)
        setMeta(sample, { [field]: tables })
      },
    }
  },
})
