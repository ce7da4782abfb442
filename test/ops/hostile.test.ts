import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Operator } from '../../src/core/operator.js'
import { Sample } from '../../src/core/sample.js'
import { SampleError } from '../../src/core/sample-error.js'
import { createCatalog } from '../../src/ops/catalog.js'
import { oneOf } from '../drawn.js'

const size = 5_000_000
const repeated = (unit: string, count = Math.floor(size / unit.length)) => unit.repeat(count)

/** Texts of one repeated shape, most of 5 MB, that make careless patterns take time squared. */
const shapes: Record<string, string> = {
  'one long word': repeated('a'),
  'only spaces': repeated(' '),
  'only line feeds': repeated('\n'),
  'only brackets': repeated('('),
  'pairs of brackets': repeated('[]'),
  'alternating quotes': repeated('\'"'),
  'a million <': repeated('<', 1_000_000),
  'tags 100,000 deep': repeated('<div>', 100_000) + repeated('</div>', 100_000),
  'lone surrogates': repeated('\ud800'),
  'a million combining marks': `e${repeated('\u0301', 1_000_000)}`,
  'only @': repeated('@'),
  'only dots': repeated('.'),
  'only colons': repeated('a:'),
  'only slashes': repeated('/'),
  'only ampersands': repeated('&amp;'),
  'only percent signs': repeated('%'),
  'sections without an end': repeated('\\section[', 500_000),
  'macros without an end': repeated('\\def\\a{', 500_000),
  'short lines of broken encoding': repeated('â€\n', 100_000),
  'tables 50,000 deep': repeated('<table><tr><td>', 50_000),
}

/** Marks that open something which nothing closes: half a megabyte shows whether each searches all that follows. */
const marks = [
  ...[
    '<a',
    '<a=x//',
    '<a b="',
    "<a ='",
    '<!--',
    '<![if ',
    '<?',
    '</',
    '</a',
    '<script>',
    '<i><b>',
    '<select>',
    '<svg>',
  ],
  ...['eyJ-', 'eyJa.', '-----BEGIN A', '-----BEGIN A-----', '-----END ', 'key=', 'token ', 'ou_', '/home', 'C:\\'],
  ...['http://', 'www.', 'a@', 'a@b.', '1.', '[::', '+1', '\\begin{a}', '\\newcommand{\\a}{', '/*', '(c) ', '| ', '{"'],
]
for (const mark of marks) shapes[`only ${mark}`] = repeated(mark, Math.floor(500_000 / mark.length))
shapes['almost a number'] = `${repeated('1', 500_000)}x`
shapes['ends of keys alone'] = `-----END A-----${repeated('-----BEGIN A-----\n', 30_000)}`
shapes['a token of many'] = `${repeated('eyJ-', 120_000)}.a.=`

/** Text that every operator refuses, or that costs what the text itself costs: parameters that make it work. */
const params: Readonly<Record<string, Record<string, unknown>>> = {
  specified_field_filter: { field_key: 'text', target_value: ['x'] },
  specified_numeric_field_filter: { field_key: 'text' },
  general_field_filter: { filter_condition: "'x' in text" },
  replace_content_mapper: { pattern: '\\d+', repl: '0' },
  suffix_filter: {},
  tags_specified_field_selector: { field_key: 'text', target_tags: ['x'] },
  topk_specified_field_selector: { field_key: 'text', topk: 1 },
  token_num_filter: { encoding: 'o200k_base' },
  fasttext_classifier_filter: { model_path: 'lid.176.ftz', labels: 'en' },
}

const catalog = createCatalog()

/** Every operator, and those again that work another way with a file that does not ship. */
const cases = [
  ...catalog.names.map(name => ({ title: name, name, params: params[name] ?? {} })),
  {
    title: 'sentence_split_mapper with a model',
    name: 'sentence_split_mapper',
    params: { punkt_dir: join(import.meta.dirname, 'fixtures/punkt_tab') },
  },
]

describe('an operator takes time linear in a hostile text', () => {
  for (const [at, { title, name, params }] of cases.entries()) {
    test(title, { timeout: 600_000 }, async () => {
      const definition = await catalog.load(name)
      const operator = await definition.create(definition.params.parse(params), {
        textKey: 'text',
        seed: 1,
      })
      const slow: string[] = []
      for (const [shape, text] of oneOf(20, Object.entries(shapes), at)) {
        const sample = Sample.of({ text })
        sample.text('text')
        const start = performance.now()
        const cpu = process.cpuUsage()
        await attempt(operator, sample)
        // The lesser of both clocks: other work on the machine slows one, parallel garbage collection the other.
        const { user, system } = process.cpuUsage(cpu)
        const seconds = Math.min((performance.now() - start) / 1000, (user + system) / 1e6)
        // The slowest reads 3 MB a second here; one that took time squared would be at it for minutes.
        if (seconds > 1.5 + text.length / 2_000_000) slow.push(`${shape}: ${seconds.toFixed(1)} s`)
      }
      expect(slow).toEqual([])
    })
  }
})

/** Time is what counts here; an operator that takes no such text may say so. */
async function attempt(operator: Operator, sample: Sample): Promise<void> {
  try {
    await apply(operator, sample)
  } catch (error) {
    if (!(error instanceof SampleError)) throw error
  }
}

async function apply(operator: Operator, sample: Sample): Promise<void> {
  if (operator.kind === 'mapper') await operator.map?.(sample)
  else if (operator.kind === 'filter') {
    await operator.computeStats?.(sample)
    operator.keep(sample)
  } else if (operator.signMany === undefined) operator.sign?.(sample, Buffer.alloc(operator.recordBytes), 0)
  else operator.signMany(sample, 0)
}
