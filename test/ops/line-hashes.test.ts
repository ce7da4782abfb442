import { expect, test } from 'vitest'
import { LineHasher, lineHashBytes } from '../../src/ops/text/line-hashes.js'
import { casesOf } from './vector-cases.js'

test('lines have the hashes that Data-Juicer gives them, and none where they are never compared', () => {
  const cases = casesOf('document_line_deduplicator').filter(({ expect: { hashes } }) => hashes !== undefined)
  expect(cases.length).toBeGreaterThan(2)
  for (const { params, samples, expect: wanted } of cases) {
    const hasher = new LineHasher({
      lowercase: params['lowercase'] === true,
      ignoresSpecial: params['ignore_special_character'] === true,
      minLength: Number(params['min_line_length'] ?? 2),
      skipsBrackets: params['skip_brackets'] !== false,
      skipsHeaders: params['skip_markdown_headers'] !== false,
      skipsLatex: params['skip_latex_env'] !== false,
      skipsTags: params['skip_html_tags'] !== false,
    })
    const hash = Buffer.alloc(lineHashBytes)
    const hashes = samples!.map(({ text }) =>
      String(text)
        .split('\n')
        .map(line => (hasher.hash(line, hash, 0) ? hash.toString('hex') : '')),
    )
    expect(hashes).toEqual(wanted.hashes)
  }
})
