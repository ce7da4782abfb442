import { mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { describe, expect, it } from 'vitest'
import { randomFrom } from '../crash/dataset.js'
import { crashSeed } from '../crash/seed.js'
import { Lab } from './lab.js'

const recipe = {
  partition: { mode: 'manual', num_of_partitions: 3 },
  checkpoint: { strategy: 'every_op' },
  process: [{ text_length_filter: { min_len: 2 } }, 'document_deduplicator', { text_length_filter: { min_len: 4 } }],
}

function prepare(lab: Lab): void {
  for (let file = 0; file < 3; file++) {
    const lines = Array.from({ length: 8 }, (_, n) => JSON.stringify({ text: `text ${(n * (file + 1)) % 11}` }))
    lab.write(`data/${file}.jsonl`, `${lines.join('\n')}\n{"text":"bad ${file}\n`)
  }
}

type Damage = (path: string, random: () => number) => void

const damages: Readonly<Record<string, Damage>> = {
  gone: path => rmSync(path),
  empty: path => truncateSync(path, 0),
  short: (path, random) => truncateSync(path, Math.floor(readFileSync(path).length * random())),
  flipped: (path, random) => {
    const bytes = readFileSync(path)
    if (bytes.length > 0) bytes[Math.floor(random() * bytes.length)] ^= 1 << Math.floor(random() * 8)
    writeFileSync(path, bytes)
  },
  zeroed: (path, random) => {
    const bytes = readFileSync(path)
    bytes.fill(0, Math.floor(random() * bytes.length))
    writeFileSync(path, bytes)
  },
  replaced: path => writeFileSync(path, 'something else altogether\n'),
}

describe('a job of which own files are damaged', () => {
  it('goes on, or says in a sentence why not, and ends with the same result', async () => {
    const lab = new Lab()
    prepare(lab)
    expect((await lab.run(recipe)).error).toBeUndefined()
    const wanted = lab.read('out/result.jsonl')
    const quarantine = () => lab.read('jobs/job/quarantine/quarantine.jsonl')
    const setAside = quarantine()
    const random = randomFrom(crashSeed)
    const rounds = Number(process.env['PAWL_DAMAGE_ROUNDS'] ?? 20)
    for (let round = 0; round < rounds; round++) {
      const files = Object.keys(lab.manifest('jobs/job')).filter(
        name => /\./.test(basename(name)) || /metadata\/format/.test(name),
      )
      const victim = files[Math.floor(random() * files.length)]
      const names = Object.keys(damages)
      const name = names[Math.floor(random() * names.length)]
      damages[name](lab.path('jobs/job', victim), random)
      // Sometimes more is to be done than to look: the export is lost too, or an operator was edited and edited back.
      const also = random()
      if (also < 0.4) rmSync(lab.path('out/result.jsonl'), { force: true })
      const minLen = also > 0.8 ? 5 : 4
      const edited = {
        ...recipe,
        process: [...recipe.process.slice(0, 2), { text_length_filter: { min_len: minLen } }],
      }
      const { error } = await lab.run(edited)
      const what = `round ${round}: ${victim} ${name}, ${also}`
      if (error !== undefined) expect(`${what}: ${error.stack}`).toMatch(/JobFailure|RecipeError|JobFormatError/)
      expect(error, what).toBeUndefined()
      expect(lab.read('out/result.jsonl'), what).toBe(wanted)
      expect(quarantine(), what).toBe(setAside)
    }
  }, 600_000)

  it('is told which file it was, never that the input is at fault', async () => {
    const lab = new Lab()
    prepare(lab)
    await lab.run(recipe)
    damages['flipped'](lab.path('jobs/job/partitions/cut.jsonl'), randomFrom(1))
    damages['short'](lab.path('jobs/job/metadata/recipe.json'), randomFrom(2))
    const { error, warnings, units } = await lab.run(recipe)
    expect(error).toBeUndefined()
    expect(units).toBe(0)
    expect(warnings.join('\n')).toContain('partitions/cut.jsonl is not as it was written')
    expect(warnings.join('\n')).toContain('metadata/recipe.json is not as it was written')
  })
})

describe('a log that cannot be written', () => {
  it.each([
    ['the folder of events cannot be made', { event_log_dir: 'a-file/events' }, 'events_'],
    ['the summary’s name is taken by a folder', {}, 'job_summary.json'],
  ])('stops no job, and is told once: %s', async (_, settings, named) => {
    const lab = new Lab()
    prepare(lab)
    lab.write('a-file', 'no folder')
    await lab.run(recipe)
    lab.remove('out/result.jsonl', 'jobs/job/job_summary.json')
    mkdirSync(lab.path('jobs/job/job_summary.json'))
    const { error, warnings, units } = await lab.run({
      ...recipe,
      ...settings,
      process: [{ text_length_filter: { min_len: 3 } }],
    })
    expect(error).toBeUndefined()
    expect(units).toBeGreaterThan(0)
    expect(warnings.filter(text => text.includes(named) && text.includes('goes on without it'))).toHaveLength(1)
    expect(lab.texts().length).toBeGreaterThan(0)
  })
})
