import { expect, test } from 'vitest'
import { htmlOfTables, rowsOfTables } from '../../src/ops/text/html/tables.js'
import { parseTolerantly } from '../../src/ops/text/html/tolerant-tree.js'

const nested = '<table><tr><td>a <table><tr><th>b</th><td> c</td></tr></table></td></tr></table><table></table>'

test('a table within another stands in both, and one without rows in neither', () => {
  expect(rowsOfTables(parseTolerantly(nested), true)).toEqual([[['abc'], ['b', 'c']], [['b', 'c']]])
  expect(rowsOfTables(parseTolerantly(nested), false)).toEqual([[['abc']]])
})

test('the HTML of tables is that of their part of the document', () => {
  const inner = '<table><tr><th>b</th><td> c</td></tr></table>'
  expect(htmlOfTables(parseTolerantly(`<p>${nested}`))).toEqual([
    `<table><tr><td>a ${inner}</td></tr></table>`,
    inner,
    '<table></table>',
  ])
})

test('tables whose notes would square the text are refused before they are made', () => {
  const deep = parseTolerantly('<table><tr><td>'.repeat(100_000))
  for (const note of [htmlOfTables, () => rowsOfTables(deep, true)])
    expect(() => note(deep)).toThrow(
      /its tables stand in one another: noted one by one they come to \d{10,} characters, and 134217728 are allowed/,
    )
})
