import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { type ListOptions, listInputs, parseDatasetPath } from '../../src/io/list-inputs.js'
import { tempFolder } from './temp-folder.js'

function folderOf(files: Record<string, string | Buffer>): string {
  const folder = tempFolder()
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), content)
  }
  return folder
}

async function names(folder: string, path: string, options: ListOptions = {}): Promise<string[]> {
  const { files } = await listInputs([path], { cwd: folder, ...options })
  return files.map(file => relative(folder, file.path))
}

test('takes the files of a folder in the order of their path segments, by code unit', async () => {
  const folder = folderOf({
    'b.jsonl': '',
    'a/z.jsonl': '',
    'a.jsonl': '',
    'B.jsonl': '',
    'a-1/x.jsonl': '',
    'ä.jsonl': '',
  })
  expect(await names(folder, '.')).toEqual(['B.jsonl', 'a/z.jsonl', 'a-1/x.jsonl', 'a.jsonl', 'b.jsonl', 'ä.jsonl'])
  expect(await names(folder, '.', { recursive: false })).toEqual(['B.jsonl', 'a.jsonl', 'b.jsonl', 'ä.jsonl'])
})

test('knows formats by suffix and looks into .json files', async () => {
  const folder = folderOf({
    'a.jsonl': '',
    'b.JSONL.GZ': '',
    'c.csv.zst': '',
    'd.tsv': '',
    'e.parquet': '',
    'f.feather': '',
    'g.json': '\n [{"a":1}]',
    'h.json': '{"a":1}\n{"a":2}\n',
    'i.json': '{\n "data": [] }',
    'j.json': '{"a":1}',
    'k.json.gz': gzipSync('[]'),
    'l.json': '',
  })
  const { files } = await listInputs([folder])
  expect(files.map(({ format, compression }) => `${format} ${compression}`)).toEqual([
    'jsonl none',
    'jsonl gzip',
    'csv zstd',
    'tsv none',
    'parquet none',
    'arrow none',
    'json none',
    'jsonl none',
    'json none',
    'jsonl none',
    'json gzip',
    'jsonl none',
  ])
})

test('leaves hidden files and files of no format alone and says each once', async () => {
  const folder = folderOf({
    'a.jsonl': '',
    '.b.jsonl': '',
    '.git/c.jsonl': '',
    'README.md': 'x',
    'd.bin': '',
    'e.parquet.gz': '',
  })
  const { files, ignored } = await listInputs([folder])
  expect(files.map(file => relative(folder, file.path))).toEqual(['a.jsonl'])
  expect(ignored.map(each => relative(folder, each.path)).sort()).toEqual([
    '.b.jsonl',
    '.git',
    'README.md',
    'd.bin',
    'e.parquet.gz',
  ])
})

test('reads plain text where a folder holds nothing else, or where its suffix is named', async () => {
  expect(await names(folderOf({ 'a.txt': '', 'b.md': '' }), '.')).toEqual(['a.txt', 'b.md'])
  const mixed = folderOf({ 'a.txt': '', 'b.jsonl': '', 'c.log': '' })
  expect(await names(mixed, '.')).toEqual(['b.jsonl'])
  expect(await names(mixed, '.', { suffixes: ['txt', '.log'] })).toEqual(['a.txt', 'c.log'])
})

test('expands patterns, and takes a file of that very name first', async () => {
  const folder = folderOf({ 'x/a1.jsonl': '', 'x/a2.jsonl': '', 'x/y/a3.jsonl': '', 'x/b.jsonl': '', 'w[1].jsonl': '' })
  expect(await names(folder, 'x/a*.jsonl')).toEqual(['x/a1.jsonl', 'x/a2.jsonl'])
  expect(await names(folder, 'x/**/a*.jsonl')).toEqual(['x/a1.jsonl', 'x/a2.jsonl', 'x/y/a3.jsonl'])
  expect(await names(folder, join(folder, '{x,y}/a?.jsonl'))).toEqual(['x/a1.jsonl', 'x/a2.jsonl'])
  expect(await names(folder, 'w[1].jsonl')).toEqual(['w[1].jsonl'])
  await expect(names(folder, 'x/c*.jsonl')).rejects.toMatchObject({ code: 'no_files' })
})

test('follows linked folders, but not into themselves', async () => {
  const folder = folderOf({ 'a/b.jsonl': '' })
  symlinkSync(folder, join(folder, 'a', 'loop'))
  expect(await names(folder, '.')).toEqual(['a/b.jsonl'])
})

test('refuses what is missing, empty, of no format, or listed twice', async () => {
  const folder = folderOf({ 'a.jsonl': '', 'b.bin': '', 'empty/.keep': '' })
  const refusal = (...paths: string[]) => listInputs(paths, { cwd: folder }).catch(error => error.code)
  expect(await refusal('absent.jsonl')).toBe('missing')
  expect(await refusal('empty')).toBe('no_files')
  expect(await refusal('b.bin')).toBe('unknown_format')
  expect(await refusal('a.jsonl', './a.jsonl')).toBe('listed_twice')
  symlinkSync(join(folder, 'a.jsonl'), join(folder, 'link.jsonl'))
  expect(await refusal('.')).toBe('listed_twice')
})

test('a file has a stamp that changes with it, its size and its share', async () => {
  const folder = folderOf({ 'a.jsonl': '{}\n' })
  const list = async () => (await listInputs([{ path: 'a.jsonl', weight: 0.5 }], { cwd: folder })).files[0]
  const before = await list()
  expect(before).toMatchObject({ path: join(folder, 'a.jsonl'), sizeBytes: 3, share: 0.5 })
  writeFileSync(join(folder, 'a.jsonl'), '{}\n{}\n')
  expect((await list()).stamp).not.toBe(before.stamp)
  await expect(listInputs([{ path: 'a.jsonl', weight: 2 }], { cwd: folder })).rejects.toThrow(/weight 2/)
})

test('parses weighted mixtures, with quotes as in a shell', () => {
  expect(parseDatasetPath('a.jsonl')).toEqual([{ path: 'a.jsonl', weight: 1 }])
  expect(parseDatasetPath(' 0.7 a.jsonl b.jsonl 3e-1 "c d.jsonl" ')).toEqual([
    { path: 'a.jsonl', weight: 0.7 },
    { path: 'b.jsonl', weight: 1 },
    { path: 'c d.jsonl', weight: 0.3 },
  ])
  expect(parseDatasetPath("it\\'s\\ one '0.5'")).toEqual([
    { path: "it's one", weight: 1 },
    { path: '0.5', weight: 1 },
  ])
  for (const text of ['', '0.5', '0.5 0.5 a', '-1 a', '"a'])
    expect(() => parseDatasetPath(text), text).toThrow(/dataset_path/)
})
