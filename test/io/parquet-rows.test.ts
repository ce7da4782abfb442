import type { FileMetaData, SchemaElement } from 'hyparquet'
import { expect, test } from 'vitest'
import type { ColumnValues } from '../../src/io/parquet/column-chunk.js'
import { RowText } from '../../src/io/parquet/row-text.js'
import { columnsOfSchema } from '../../src/io/parquet/schema-node.js'

interface Shredded {
  readonly defs?: readonly number[]
  readonly reps?: readonly number[]
  readonly values: readonly unknown[]
}

/** The rows that columns of levels and values stand for, by the schema below its root. */
function rowsOf(schema: readonly SchemaElement[], columns: readonly Shredded[], rows: number): string[] {
  const topLevel = countTop(schema)
  const metadata = { schema: [{ name: 'root', num_children: topLevel }, ...schema] } as FileMetaData
  const nodes = columnsOfSchema('a.parquet', metadata)
  const text = new RowText(nodes)
  const leaves = nodes.flatMap(node => node.leaves)
  const valuesOf = ({ defs, reps, values }: Shredded): ColumnValues => ({
    defs: defs && Uint16Array.from(defs),
    reps: reps && Uint16Array.from(reps),
    values,
    entries: defs?.length ?? values.length,
  })
  text.open(leaf => valuesOf(columns[leaves.indexOf(leaf)]))
  const found = Array.from({ length: rows }, () => text.next())
  expect(text.isAtEnd).toBe(true)
  return found
}

function countTop(schema: readonly SchemaElement[]): number {
  let count = 0
  let inside = 0
  for (const { num_children = 0 } of schema) {
    if (inside === 0) count++
    else inside--
    inside += num_children
  }
  return count
}

const int = (name: string, repetition_type: SchemaElement['repetition_type'] = 'REQUIRED'): SchemaElement => ({
  name,
  type: 'INT32',
  repetition_type,
})
const group = (
  name: string,
  repetition_type: SchemaElement['repetition_type'],
  inside: Pick<SchemaElement, 'num_children' | 'converted_type'>,
): SchemaElement => ({ name, repetition_type, ...inside })

/** [1, 2], [], null, [3] of a list that is optional itself. */
const optionalList: Shredded = { defs: [2, 2, 1, 0, 2], reps: [0, 1, 0, 0, 0], values: [1, 2, 3] }

test.each([
  [
    'a field that repeats without a group around each',
    [group('l', 'OPTIONAL', { num_children: 1, converted_type: 'LIST' }), int('element', 'REPEATED')],
    ['1', '2', '3'],
  ],
  [
    'a group of one field, which is the element',
    [
      group('l', 'OPTIONAL', { num_children: 1, converted_type: 'LIST' }),
      group('list', 'REPEATED', { num_children: 1 }),
      int('element'),
    ],
    ['1', '2', '3'],
  ],
  [
    'a group called array, which is the element itself',
    [
      group('l', 'OPTIONAL', { num_children: 1, converted_type: 'LIST' }),
      group('array', 'REPEATED', { num_children: 1 }),
      int('x'),
    ],
    ['{"x":1}', '{"x":2}', '{"x":3}'],
  ],
  [
    'a group called after the list with _tuple, which is the element itself',
    [
      group('l', 'OPTIONAL', { num_children: 1, converted_type: 'LIST' }),
      group('l_tuple', 'REPEATED', { num_children: 1 }),
      int('x'),
    ],
    ['{"x":1}', '{"x":2}', '{"x":3}'],
  ],
])('a list by the rule of %s', (_, schema, [one, two, three]) => {
  expect(rowsOf(schema, [optionalList], 4)).toEqual([
    `{"l":[${one},${two}]}`,
    '{"l":[]}',
    '{"l":null}',
    `{"l":[${three}]}`,
  ])
})

test('a list whose repeated group is a list itself is a list of lists', () => {
  const schema = [
    group('a', 'REQUIRED', { num_children: 1, converted_type: 'LIST' }),
    group('array', 'REPEATED', { num_children: 1, converted_type: 'LIST' }),
    int('array', 'REPEATED'),
  ]
  const column = { defs: [2, 2, 2, 2, 0, 1], reps: [0, 2, 1, 2, 0, 0], values: [1, 2, 3, 4] }
  expect(rowsOf(schema, [column], 3)).toEqual(['{"a":[[1,2],[3,4]]}', '{"a":[]}', '{"a":[[]]}'])
})

test('a list of groups with several fields, and a bare repeated field', () => {
  const schema = [
    group('l', 'OPTIONAL', { num_children: 1, converted_type: 'LIST' }),
    group('bag', 'REPEATED', { num_children: 2 }),
    int('x'),
    int('y', 'OPTIONAL'),
    int('bare', 'REPEATED'),
  ]
  const x = { defs: [2, 2, 1], reps: [0, 1, 0], values: [1, 2] }
  const y = { defs: [3, 2, 1], reps: [0, 1, 0], values: [7] }
  const bare = { defs: [1, 1, 0], reps: [0, 1, 0], values: [8, 9] }
  expect(rowsOf(schema, [x, y, bare], 2)).toEqual([
    '{"l":[{"x":1,"y":7},{"x":2,"y":null}],"bare":[8,9]}',
    '{"l":[],"bare":[]}',
  ])
})

test('maps are objects whose keys are strings or JSON text, and lists of their keys where they have no values', () => {
  const map = (name: string, values: number) => [
    group(name, 'OPTIONAL', { num_children: 1, converted_type: 'MAP' }),
    group('kv', 'REPEATED', { num_children: values }),
  ]
  const schema = [
    ...map('m', 2),
    { name: 'key', type: 'INT32', repetition_type: 'REQUIRED', converted_type: 'DATE' } as const,
    int('value', 'OPTIONAL'),
    ...map('f', 2),
    { name: 'key', type: 'DOUBLE', repetition_type: 'REQUIRED' } as const,
    int('value'),
    ...map('k', 1),
    int('key'),
  ]
  const columns = [
    { defs: [2, 2, 1], reps: [0, 1, 0], values: [0, 1] },
    { defs: [3, 2, 1], reps: [0, 1, 0], values: [5] },
    { defs: [2, 2, 0], reps: [0, 1, 0], values: [1.5, Number.NaN] },
    { defs: [2, 2, 0], reps: [0, 1, 0], values: [1, 2] },
    { defs: [2, 2, 0], reps: [0, 1, 0], values: [3, 4] },
  ]
  expect(rowsOf(schema, columns, 2)).toEqual([
    '{"m":{"1970-01-01":5,"1970-01-02":null},"f":{"1.5":1,"null":2},"k":[3,4]}',
    '{"m":{},"f":null,"k":null}',
  ])
})

test('a row with a value that cannot be written is passed over, and the rows behind it are whole', () => {
  const schema = [
    { name: 'd', type: 'INT32', repetition_type: 'OPTIONAL', converted_type: 'DATE' } as const,
    int('bare', 'REPEATED'),
    int('n'),
  ]
  const columns = [
    { defs: [1, 0, 1], values: [2 ** 31 - 1, 0] },
    { defs: [1, 1, 0, 1], reps: [0, 1, 0, 0], values: [1, 2, 3] },
    { values: [7, 8, 9] },
  ]
  const metadata = { schema: [{ name: 'root', num_children: 3 }, ...schema] } as FileMetaData
  const nodes = columnsOfSchema('a.parquet', metadata)
  const text = new RowText(nodes)
  text.open(leaf => {
    const { defs, reps, values } = columns[nodes.indexOf(leaf)] as Shredded
    return {
      defs: defs && Uint16Array.from(defs),
      reps: reps && Uint16Array.from(reps),
      values,
      entries: (defs ?? values).length,
    }
  })
  expect(() => text.next()).toThrow('outside the years that can be written')
  expect([text.next(), text.next()]).toEqual(['{"d":null,"bare":[],"n":8}', '{"d":"1970-01-01","bare":[3],"n":9}'])
})

test('two fields of one name are refused with the name', () => {
  const refuse = (schema: SchemaElement[], top: number) => () =>
    columnsOfSchema('a.parquet', { schema: [{ name: 'root', num_children: top }, ...schema] } as FileMetaData)
  expect(refuse([int('id'), int('text'), int('id')], 3)).toThrow('a.parquet: its schema names the column "id" twice')
  expect(refuse([group('s', 'REQUIRED', { num_children: 2 }), int('x'), int('x')], 1)).toThrow(
    'names the column "s.x" twice',
  )
})
