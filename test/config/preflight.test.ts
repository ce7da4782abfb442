import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { createCatalog } from '../../src/ops/catalog.js'
import { RecipeFolder } from './recipe-files.js'

/** A recorded check of a recipe by Data-Juicer. */
interface Check {
  readonly params: { readonly process: readonly unknown[] | null }
  readonly expect: { readonly errors: readonly Flaw[] }
}

interface Flaw {
  readonly op: string
  readonly message: string
  readonly suggestions: readonly string[]
}

const checks = readFileSync(new URL('../vectors/data-juicer-_preflight.jsonl', import.meta.url), 'utf8')
  .split('\n')
  .filter(line => line !== '')
  .map(line => JSON.parse(line) as Check)

const catalog = createCatalog()

/** What Data-Juicer's check refuses and Pawl takes: a name alone. */
const taken = ['["text_length_filter"]']

/** Values that Data-Juicer's check lets pass, and that its operators then fail on or misread; refused before any work. */
const refused: Readonly<Record<string, string>> = {
  '[{"character_repetition_filter":{"rep_len":0}}]': 'rep_len must be at least 1, found 0',
  '[{"specified_field_filter":{"target_value":"x"}}]': 'field_key names the field',
  '[{"clean_email_mapper":{"pattern":3}}]': 'process[0].clean_email_mapper.pattern: expected a string, found 3',
  '[{"character_repetition_filter":{"rep_len":"x"}}]':
    'process[0].character_repetition_filter.rep_len: expected a number, found "x"',
  '[{"stopwords_filter":{"words_aug_group_sizes":"x"}}]':
    'process[0].stopwords_filter.words_aug_group_sizes: expected a list, found "x"',
  '[{"replace_content_mapper":{"pattern":1,"repl":2}}]': 'process[0].replace_content_mapper.pattern: expected a',
}

describe('a recipe that Data-Juicer has checked', () => {
  it.each(checks.map(check => [JSON.stringify(check.params.process), check.expect.errors] as const))(
    'is judged alike: %s',
    async (chain, errors) => {
      const problems = await problemsOf(chain)
      if (taken.includes(chain)) expect(problems).toEqual([])
      else if (chain in refused) expect(problems.join('\n')).toContain(refused[chain])
      else for (const error of errors) expect(problems.join('\n')).toMatch(inOurWords(error))
      if (errors.length === 0 && !(chain in refused)) expect(problems).toEqual([])
    },
  )
})

async function problemsOf(chain: string): Promise<string[]> {
  const folder = new RecipeFolder(`dataset_path: data.jsonl\nprocess: ${chain}\n`)
  const text = await folder.open().then(
    () => '',
    () => folder.refusal(),
  )
  return text.split('\n').filter(line => /^recipe\.yaml:\d+:\d+: /.test(line))
}

/** How Pawl starts to say the same. */
function inOurWords({ op, message, suggestions }: Flaw): RegExp {
  const hint = suggestions.length === 0 ? '; (?!did you mean)' : `; did you mean "${suggestions[0]}"\\?`
  if (message.startsWith('Malformed')) return /an operator is a name, or a name with its parameters/
  if (message.startsWith('Unknown operator')) return new RegExp(`there is no operator "${op}"${hint}`)
  if (!catalog.has(op)) return new RegExp(`${op} of Data-Juicer is not supported yet`)
  const param = /'(\w+)'/.exec(message)?.[1]
  return message.startsWith('Unknown')
    ? new RegExp(`there is no "${param}" in process\\[\\d\\]\\.${op}${hint}`)
    : new RegExp(`process\\[\\d\\]\\.${op}\\.${param}: expected`)
}
