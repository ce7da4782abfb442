import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { beforeEach, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { createCatalog } from '../../src/ops/catalog.js'
import { drawing } from '../drawn.js'
import { JobRig } from '../rig-job.js'

const itDrawn = drawing(3)

let rig: JobRig

beforeEach(() => {
  rig = new JobRig()
  rig.writeLines(
    'data/a.jsonl',
    Array.from({ length: 40 }, (_, id) => ({ id, text: `a text of some length, number ${id}` })),
  )
  rig.recipe({
    partition: { mode: 'manual', num_of_partitions: 4 },
    process: [
      'clean_links_mapper',
      { text_length_filter: { min_len: 5 } },
      'document_deduplicator',
      'words_num_filter',
    ],
  })
})

/** Runs a command that must leave the folder as it is. */
async function ask(...args: string[]) {
  const before = readdirSync(rig.folder).sort()
  const ended = await rig.run(...args)
  expect(readdirSync(rig.folder).sort()).toEqual(before)
  return ended
}

const commands = ['run', 'resume', 'validate', 'port', 'plan', 'analyze', 'init', 'ops', 'schema', 'completion']

describe('pawl --help', () => {
  itDrawn('shows the commands', async () => {
    const { code, stdout } = await ask('--help')
    expect(code).toBe(0)
    for (const command of commands) expect(stdout).toMatch(new RegExp(`^  ${command} `, 'm'))
  })

  it.each(commands)('explains %s, within 80 columns', async command => {
    const { code, stdout } = await ask(command, '--help')
    expect(code).toBe(0)
    expect(stdout).toContain(`Usage: pawl ${command}`)
    expect(stdout.split('\n').filter(line => line.length > 80)).toEqual([])
  })

  it.each(['--version', '-v', 'version'])('names its version by %s', async word => {
    expect((await ask(word)).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  })
})

describe('bad usage', () => {
  it.each([
    [['rum'], "unknown command 'rum'\n(Did you mean run?)"],
    [['run', 'recipe.yaml', '--dryrun'], 'there is no option --dryrun; did you mean --dry-run?'],
    [['run', 'recpie.yaml'], 'there is no such file; did you mean "recipe.yaml"?'],
    [['run', 'recipe.yaml', '--quite'], 'there is no option --quite; did you mean --quiet?'],
    [['ops', '--jsn'], "unknown option '--jsn'\n(Did you mean --json?)"],
    [['run', 'recipe.yaml', '--dataset_pth', 'x'], 'there is no "dataset_pth"; did you mean "dataset_path"?'],
    [['run', 'recipe.yaml', '--checkpoint.strategi', 'x'], 'in checkpoint; did you mean "strategy"?'],
    [['run', 'recipe.yaml', '--text_lenght_filter.min_len', '3'], 'did you mean "text_length_filter"?'],
    [['run', 'recipe.yaml', '--text_length_filter.min_lne', '3'], 'did you mean "min_len"?'],
    [['run', 'recipe.yaml', '--word_repetition_filter.rep_len', '3'], 'the recipe does not use word_repetition_filter'],
    [['run', '--config', 'recipe.yaml', 'other.yaml'], 'pawl run takes one recipe, here recipe.yaml'],
    [['completion', 'bsh'], 'did you mean "bash"?'],
    [['init', 'absent', '-o', '-'], 'absent does not exist'],
    [['init', 'data', '--output', 'recipe.yaml'], 'recipe.yaml exists already'],
    [['run'], 'pawl run needs a recipe: pawl run --config recipe.yaml'],
    [['run', '--config'], "option '-c, --config <file>' argument missing"],
    [['run', '--config', 'absent.yaml'], 'Cannot read the recipe absent.yaml: there is no such file'],
    [['run', '--config', 'recipe.yaml', 'extra'], 'Unexpected argument "extra"'],
    [['run', '--config', 'recipe.yaml', '--np', 'x'], '--np x: np: expected a number'],
    [['run', '--config', 'recipe.yaml', '--dataset_path', 'absent'], 'absent does not exist; check dataset_path'],
    [['validate', '--config', 'recipe.yaml', '--job_id', '../up'], 'job_id "../up" names a folder'],
    [['plan', '--config', 'recipe.yaml', '--export_path', 'data/a.jsonl'], 'is also an input'],
    [['resume', 'absent'], 'there is no job absent'],
    [['ops', 'text_lenght_filter'], 'did you mean "text_length_filter"?'],
    [['ops', 'image_face_count_filter'], 'image_face_count_filter of Data-Juicer is not part of Pawl'],
  ])('of %j exits 2 and makes no file', async (args, message) => {
    const { code, stdout, stderr } = await ask(...args)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain(message)
    expect(stderr).not.toMatch(/^\s+at /m)
  })
})

describe('pawl validate', () => {
  itDrawn('says what is valid', async () => {
    const ended = await ask('validate', '--config', 'recipe.yaml')
    expect(ended).toMatchObject({ code: 0, stdout: 'Valid: 4 operators over 1 file\n', stderr: '' })
  })

  itDrawn('warns of what has no effect', async () => {
    const { code, stderr } = await ask('validate', '--config', 'recipe.yaml', '--open_monitor', 'true')
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: 'warning: These keys of Data-Juicer have no effect in Pawl: open_monitor\n',
    })
  })
})

describe('pawl plan', () => {
  itDrawn('gives operators, segments, checkpoints and partitions as JSON, and why', async () => {
    const { code, stdout } = await ask('plan', '--config', 'recipe.yaml', '--json', '--checkpoint.n_ops', '1')
    expect(code).toBe(0)
    const plan = JSON.parse(stdout)
    expect(plan.operators.map(({ name }: { name: string }) => name)).toEqual([
      'clean_links_mapper',
      'text_length_filter',
      'document_deduplicator',
      'words_num_filter',
    ])
    expect(plan.segments).toMatchObject([
      { from_op: 0, to_op: 1, ends_with: 'checkpoint' },
      { from_op: 1, to_op: 2, ends_with: 'barrier', why: 'document_deduplicator needs all partitions' },
      { from_op: 3, to_op: 4, applies_barrier: 'document_deduplicator', ends_with: 'finished partition' },
    ])
    expect(plan.partitions).toMatchObject({ count: 4, why: ['4 partitions: partition.num_of_partitions'] })
    expect(plan.export).toMatchObject({ path: rig.path('out', 'result.jsonl'), format: 'jsonl' })
  })

  itDrawn('says the same in words', async () => {
    const { stdout } = await ask('plan', '--config', 'recipe.yaml')
    expect(stdout).toContain('process[2] document_deduplicator (barrier)')
    expect(stdout).toContain('4 partitions: partition.num_of_partitions')
  })
})

describe('a recipe on the command line', () => {
  it.each([
    [['recipe.yaml']],
    [['recipe.yaml', '--np', '1']],
    [['--np', '1', 'recipe.yaml']],
    [['--np=1', 'recipe.yaml']],
    [['--config', 'recipe.yaml']],
  ])('may stand as in %j', async args => {
    expect(await ask('validate', ...args)).toMatchObject({ code: 0, stdout: 'Valid: 4 operators over 1 file\n' })
  })

  itDrawn('is planned by run --dry-run, as by plan', async () => {
    const { stdout } = await ask('run', 'recipe.yaml', '--dry-run')
    expect(stdout).toBe((await ask('plan', 'recipe.yaml')).stdout)
    expect(JSON.parse((await ask('run', '--dry-run', 'recipe.yaml', '--json')).stdout)).toMatchObject({ job_id: 'job' })
  })

  itDrawn('names its input by dataset_path on the command line, whatever key the file uses', async () => {
    rig.write('other.yaml', JSON.stringify({ dataset: { configs: [{ path: 'absent' }] }, work_dir: 'jobs' }))
    const ended = await ask('validate', 'other.yaml', '--dataset_path', 'data')
    expect(ended).toMatchObject({ code: 0, stdout: 'Valid: 0 operators over 1 file\n' })
  })
})

describe('the problems of a recipe', () => {
  const bad = 'process:\n  - text_length_filter:\n      min_lne: 3\n  - clean_emial_mapper\nnp: x\npartiton: 3\n'

  itDrawn('are counted, and stand in the order of its lines', async () => {
    rig.write('bad.yaml', bad)
    const { stderr } = await rig.run('validate', 'bad.yaml', '--seed', 'y')
    expect(stderr).toMatch(/^error: 5 problems in bad.yaml\n\n--seed y: seed: expected/)
    expect([...stderr.matchAll(/bad.yaml:(\d+):/g)].map(([, line]) => line)).toEqual(['3', '4', '5', '6'])
    expect(stderr.match(/did you mean/g)).toHaveLength(3)
    expect(stderr).not.toContain('\x1b')
  })

  itDrawn('are coloured where colours are wanted, and not where they are not', async () => {
    rig.write('bad.yaml', bad)
    const ended = (env: Record<string, string>) =>
      spawnSync(process.execPath, [resolve('dist', 'cli', 'main.js'), 'validate', 'bad.yaml'], {
        cwd: rig.folder,
        encoding: 'utf8',
        env: { ...process.env, ...env },
      })
    const coloured = ended({ FORCE_COLOR: '1' }).stderr
    expect(coloured).toContain('\x1b[31m^^^^^^^\x1b[39m')
    expect(stripVTControlCharacters(coloured)).toBe(ended({}).stderr)
    expect(ended({ FORCE_COLOR: '1', NO_COLOR: '1' }).stderr).not.toContain('\x1b')
  })
})

describe('pawl plan, in words', () => {
  itDrawn('shows the parameters that differ from the defaults as YAML', async () => {
    const { stdout } = await ask('plan', 'recipe.yaml')
    expect(stdout).toContain('process[1] text_length_filter\n    min_len: 5\n  process[2]')
    expect(stdout).toContain('process[0] clean_links_mapper\n  process[1]')
    expect(stdout).toMatch(/process\[3\] words_num_filter\n\nSegments/)
  })
})

describe('pawl init', () => {
  itDrawn('writes a recipe that runs, with what it saw in comments', async () => {
    rig.writeLines(
      'own/b.jsonl',
      Array.from({ length: 200 }, (_, id) => ({ id, content: `Ein Satz, der ${id} heißt und nicht sehr lang ist.` })),
    )
    const { code, stdout } = await rig.run('init', 'own', '-o', 'own.yaml')
    expect({ code, stdout }).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Wrote own.yaml, from 200 records of 1 file'),
    })
    const recipe = rig.read('own.yaml')
    expect(recipe).toMatch(/^text_keys: content$/m)
    expect(recipe).toMatch(/^# {3}content: text, \d+ characters on average$/m)
    expect(recipe).toContain('# Languages: de 100 %')
    const ended = await rig.run('run', 'own.yaml', '--json')
    expect({ code: ended.code, stderr: ended.stderr }).toEqual({ code: 0, stderr: '' })
    expect(JSON.parse(ended.stdout)).toMatchObject({ samples_in: 200, samples_out: 200 })
  })

  itDrawn('prints it where asked, and copes with names that YAML reads otherwise', async () => {
    rig.writeLines('own/b.jsonl', [{ 'a\nb': 'x', 'text: #2': 'a text' }])
    const { stdout } = await ask('init', 'own/b.jsonl', '--output', '-')
    rig.write('printed.yaml', stdout)
    expect(parse(stdout)).toMatchObject({ dataset_path: 'own/b.jsonl', text_keys: 'text: #2' })
    expect((await rig.run('validate', 'printed.yaml')).code).toBe(0)
  })

  itDrawn('says where no field holds text', async () => {
    rig.writeLines('own/b.jsonl', [{ id: 1 }])
    expect((await ask('init', 'own', '-o', '-')).stdout).toContain('# No field holds text')
  })
})

describe('pawl completion', () => {
  const complete = async (...words: string[]) =>
    (await ask('complete', String(words.length), 'pawl', ...words)).stdout.split('\n').filter(word => word !== '')

  itDrawn('knows commands, options, keys, parameters, values and operators', async () => {
    expect(await complete('res')).toEqual(['resume'])
    expect(await complete('run', '--dr')).toEqual(['--dry-run'])
    expect(await complete('run', 'recipe.yaml', '--checkpoint.s')).toEqual(['--checkpoint.strategy'])
    expect(await complete('run', 'recipe.yaml', '--text_length_filter.m')).toContain('--text_length_filter.min_len')
    expect(await complete('run', 'recipe.yaml', '--words_num_filter.i')).toEqual([])
    expect(await complete('run', '--checkpoint.strategy', 'every')).toEqual(['every_n_ops', 'every_op'])
    expect(await complete('run', '--overwrite', '')).toEqual(['false', 'true'])
    expect(await complete('ops', 'document_d')).toEqual(['document_deduplicator'])
    expect(await complete('run', 'rec')).toEqual([])
  })

  itDrawn('is taken by bash', async () => {
    const { stdout } = await ask('completion', 'bash')
    const main = resolve('dist', 'cli', 'main.js')
    const script = `pawl() { '${process.execPath}' '${main}' "$@"; }\n${stdout}
COMP_WORDS=(pawl ops text_l); COMP_CWORD=2; _pawl; echo "\${COMPREPLY[@]}"`
    expect(spawnSync('bash', ['-c', script], { encoding: 'utf8' }).stdout).toBe('text_length_filter\n')
    for (const shell of ['zsh', 'fish']) expect((await ask('completion', shell)).stdout).toContain('pawl complete')
  })
})

describe('pawl ops', () => {
  itDrawn('finds operators by words of their names and summaries, and tells of them as JSON', async () => {
    const found = await ask('ops', 'html', 'table')
    expect(found.stdout).toMatch(/^mappers\n {2}extract_tables_from_html_mapper /)
    expect((await ask('ops', 'duplicates')).stdout).toContain('document_deduplicator')
    const all = JSON.parse((await ask('ops', '--json')).stdout) as { name: string }[]
    expect(all.map(({ name }) => name)).toEqual(createCatalog().names)
    const one = JSON.parse((await ask('ops', 'text_length_filter', '--json')).stdout)
    expect(one).toMatchObject({ name: 'text_length_filter', kind: 'filter', stats: ['text_len'] })
    expect(one.params[0]).toMatchObject({ name: 'min_len', type: 'integer', default: 10 })
  })

  itDrawn('lists the operators, and shows one', async () => {
    const list = await ask('ops')
    expect(list.code).toBe(0)
    expect(list.stdout).toContain('document_deduplicator')
    const one = await ask('ops', 'text_length_filter')
    for (const word of ['min_len', 'max_len', 'text_len']) expect(one.stdout).toContain(word)
  })
})

interface Schema {
  readonly type?: string | readonly string[]
  readonly description?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly else?: Schema
  readonly items?: Schema
  readonly required?: readonly string[]
  readonly additionalProperties?: unknown
}

describe('pawl schema', () => {
  itDrawn('describes every key, and every operator with its parameters', async () => {
    const schema = JSON.parse((await ask('schema')).stdout) as Schema & { $schema: string }
    expect(schema.$schema).toBe('https://json-schema.org/draft/2020-12/schema')
    expect(schema).toMatchObject({ type: 'object', additionalProperties: false })
    for (const [key, value] of Object.entries(schema.properties ?? {})) expect(value.description, key).toBeTruthy()
    const operators = schema.properties?.['process'].items?.else?.properties ?? {}
    for (const name of createCatalog().names) expect(operators[name]?.description, name).toBeTruthy()
    const { properties, type, additionalProperties } = operators['text_length_filter']
    expect(properties?.['min_len']).toMatchObject({ default: 10, description: expect.any(String) })
    expect({ type, additionalProperties }).toEqual({ type: ['object', 'null'], additionalProperties: false })
  })

  itDrawn('requires no key but the operator in an entry of process', async () => {
    const schema = JSON.parse((await ask('schema')).stdout) as Schema
    expect(schema.required ?? []).toEqual([])
    for (const section of ['partition', 'checkpoint', 'intermediate_storage', 'event_logging'])
      expect(schema.properties?.[section].required ?? []).toEqual([])
  })

  itDrawn('describes the lines of the event log', async () => {
    const { stdout } = await ask('schema', '--events')
    for (const type of ['job_start', 'checkpoint_save', 'job_complete']) expect(stdout).toContain(`"const": "${type}"`)
  })
})

describe('pawl run', () => {
  itDrawn('exits 0 and prints one JSON object where asked', async () => {
    const { code, stdout, stderr } = await rig.runRecipe('--json')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(JSON.parse(stdout)).toMatchObject({ job_id: 'job', samples_in: 40, was_complete: false })
  })

  itDrawn('prints nothing where asked', async () => {
    expect(await rig.runRecipe('--quiet')).toMatchObject({ code: 0, stdout: '', stderr: '' })
  })

  itDrawn('goes on to its end when nobody reads what it prints any more', async () => {
    const child = spawn(process.execPath, [resolve('dist', 'cli', 'main.js'), 'run', '--config', 'recipe.yaml'], {
      cwd: rig.folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    child.stdout.destroy()
    let stderr = ''
    child.stderr.on('data', chunk => {
      stderr += chunk
    })
    const [code] = await once(child, 'close')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(rig.summary().status).toBe('completed')
  })
})
