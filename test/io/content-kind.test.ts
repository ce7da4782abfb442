import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { listInputs } from '../../src/io/list-inputs.js'
import { tempFolder } from './temp-folder.js'

function folderOf(files: Readonly<Record<string, string | Buffer>>): string {
  const folder = tempFolder()
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), content)
  }
  return folder
}

async function refusal(name: string, content: string | Buffer): Promise<string> {
  const folder = folderOf({ [name]: content })
  return listInputs([join(folder, name)]).then(
    () => 'taken',
    (error: Error) => error.message.replace(`${folder}/`, ''),
  )
}

const line = '{"text":"a"}\n'

test.each([
  ['a.jsonl', gzipSync(line), 'holds gzip data under a plain name; let its name end in .gz'],
  ['a.csv', Buffer.from('28b52ffd', 'hex'), 'holds zstd data under a plain name'],
  ['a.jsonl', Buffer.from(`\ufeff${line}`, 'utf16le'), 'is text in UTF-16'],
  ['a.csv', Buffer.from('id,text\n', 'utf16le'), 'is text in UTF-16'],
  ['a.txt', Buffer.from('a text', 'utf16le').swap16(), 'is text in UTF-16'],
  ['a.jsonl', 'PAR1....', 'holds Parquet; let its name end in .parquet'],
  ['a.parquet', 'ARROW1\0\0', 'holds Arrow data; let its name end in .arrow'],
  [
    'a.parquet',
    'version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 2\n',
    'is the pointer of a file in Git LFS',
  ],
  ['a.jsonl.gz', 'version https://git-lfs.github.com/spec/v1\n', 'is the pointer of a file in Git LFS'],
  ['a.jsonl.gz', line, 'its name says gzip, and it holds none'],
  ['a.jsonl.zst', gzipSync(line), 'holds gzip data'],
  ['a.json', '<!DOCTYPE html><html>', 'is a web page'],
  ['a.csv', Buffer.from('PK\x03\x04'), 'is a zip archive'],
  ['a.jsonl', 'BZh91AY', 'holds bzip2 data'],
])('%s that is of another kind is refused by its first bytes (%#)', async (name, content, what) => {
  expect(await refusal(name, content)).toContain(what)
})

test.each([
  ['a.jsonl', ''],
  ['a.jsonl', line],
  ['a.jsonl', `\ufeff${line}`],
  ['page.html', '<html><body>a page as text</body></html>'],
  ['a.csv', 'a\0b,c\n'],
  ['a.jsonl.gz', gzipSync(line)],
])('%s that is what it says is taken (%#)', async (name, content) => {
  expect(await refusal(name, content)).toBe('taken')
})

test('what other tools keep beside their data is left alone, counted by kind', async () => {
  const folder = folderOf({
    'part/data.jsonl': line,
    'part/state.json': '{}',
    'dataset_dict.json': '{}',
    '_delta_log/0.json': '{}',
    'notes.log': '',
    '.hidden': '',
    'README.md': 'about',
  })
  symlinkSync(join(folder, 'nowhere'), join(folder, 'gone.jsonl'))
  const { files, ignored } = await listInputs([folder])
  expect(files.map(({ path }) => relative(folder, path))).toEqual(['part/data.jsonl'])
  expect(ignored.map(({ path, kind }) => `${relative(folder, path)}: ${kind}`).sort()).toEqual([
    '.hidden: hidden',
    'README.md: plain text beside data files (name the suffix in suffixes to read it)',
    '_delta_log/0.json: metadata that other tools keep beside data',
    'dataset_dict.json: metadata that other tools keep beside data',
    'gone.jsonl: links that lead nowhere',
    'notes.log: whose suffix tells no known format',
    'part/state.json: metadata that other tools keep beside data',
  ])
})

test('metadata alone is data, since it is all there is', async () => {
  const folder = folderOf({ 'state.json': '[{"text":"a"}]' })
  expect((await listInputs([folder])).files.length).toBe(1)
})

test('a name that may be a dataset of a hub says how to fetch one', async () => {
  const missing = (path: string) => listInputs([path], { cwd: tempFolder() }).catch((error: Error) => error.message)
  expect(await missing('owner/name')).toContain('hf download --repo-type dataset owner/name')
  expect(await missing('folder/data.jsonl')).not.toContain('hf download')
  expect(await missing('./owner/name')).not.toContain('hf download')
})
