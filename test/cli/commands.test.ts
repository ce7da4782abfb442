import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { createCatalog } from '../../src/ops/catalog.js'
import { JobRig } from '../rig-job.js'

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

describe('pawl --help', () => {
  it('shows the commands', async () => {
    const { code, stdout } = await ask('--help')
    expect(code).toBe(0)
    for (const command of ['run', 'resume', 'validate', 'plan', 'ops', 'schema'])
      expect(stdout).toMatch(new RegExp(`^  ${command} `, 'm'))
  })

  it.each(['run', 'resume', 'validate', 'plan', 'ops', 'schema'])('explains %s', async command => {
    const { code, stdout } = await ask(command, '--help')
    expect(code).toBe(0)
    expect(stdout).toContain(`Usage: pawl ${command}`)
  })

  it('names its version', async () => {
    expect((await ask('--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  })
})

describe('bad usage', () => {
  it.each([
    [['rum'], "unknown command 'rum'"],
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
    [['ops', 'image_size_filter'], 'image_size_filter of Data-Juicer is not part of Pawl'],
  ])('of %j exits 2 and makes no file', async (args, message) => {
    const { code, stdout, stderr } = await ask(...args)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain(message)
    expect(stderr).not.toMatch(/^\s+at /m)
  })
})

describe('pawl validate', () => {
  it('says what is valid', async () => {
    const ended = await ask('validate', '--config', 'recipe.yaml')
    expect(ended).toMatchObject({ code: 0, stdout: 'Valid: 4 operators over 1 file\n', stderr: '' })
  })

  it('warns of what has no effect', async () => {
    const { code, stderr } = await ask('validate', '--config', 'recipe.yaml', '--open_tracer', 'true')
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: 'warning: These keys of Data-Juicer have no effect in Pawl: open_tracer\n',
    })
  })
})

describe('pawl plan', () => {
  it('gives operators, segments, checkpoints and partitions as JSON, and why', async () => {
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

  it('says the same in words', async () => {
    const { stdout } = await ask('plan', '--config', 'recipe.yaml')
    expect(stdout).toContain('process[2] document_deduplicator (barrier)')
    expect(stdout).toContain('4 partitions: partition.num_of_partitions')
  })
})

describe('pawl ops', () => {
  it('lists the operators, and shows one', async () => {
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
  it('describes every key, and every operator with its parameters', async () => {
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

  it('requires no key but the operator in an entry of process', async () => {
    const schema = JSON.parse((await ask('schema')).stdout) as Schema
    expect(schema.required ?? []).toEqual([])
    for (const section of ['partition', 'checkpoint', 'intermediate_storage', 'event_logging'])
      expect(schema.properties?.[section].required ?? []).toEqual([])
  })

  it('describes the lines of the event log', async () => {
    const { stdout } = await ask('schema', '--events')
    for (const type of ['job_start', 'checkpoint_save', 'job_complete']) expect(stdout).toContain(`"const": "${type}"`)
  })
})

describe('pawl run', () => {
  it('exits 0 and prints one JSON object where asked', async () => {
    const { code, stdout, stderr } = await rig.runRecipe('--json')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(JSON.parse(stdout)).toMatchObject({ job_id: 'job', samples_in: 40, was_complete: false })
  })

  it('prints nothing where asked', async () => {
    expect(await rig.runRecipe('--quiet')).toMatchObject({ code: 0, stdout: '', stderr: '' })
  })

  it('goes on to its end when nobody reads what it prints any more', async () => {
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
