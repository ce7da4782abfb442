import { existsSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Step, World } from './world.js'

export type Random = () => number

export const pick = <T>(random: Random, items: readonly T[]): T => items[Math.floor(random() * items.length)]

/** What a change must leave alone: `all` where no unit may run again. */
export type Reuse = 'all' | 'none'

/** Something that happens to a job between two runs. */
export interface Change {
  readonly name: string
  readonly reuse: Reuse
}

const words = 'pawl ratchet wheel tooth spring lever cog winch über слово'.split(' ')

function line(random: Random, id: string): string {
  const kind = random()
  if (kind < 0.06) return '{"id":"broken","text":"no end'
  if (kind < 0.1) return `{"id":${JSON.stringify(id)},"n":1}`
  let text = Array.from({ length: 1 + Math.floor(random() * 5) }, () => pick(random, words)).join(' ')
  if (random() < 0.3) text += ` write to ${pick(random, words.slice(0, 6))}@example.org now`
  return `{"id":${JSON.stringify(id)},"text":${JSON.stringify(text)},"n":1234567890123456789${Math.floor(random() * 10)}}`
}

export function makeLines(random: Random, count = 3 + Math.floor(random() * 8)): string[] {
  return Array.from({ length: count }, (_, n) => line(random, String(n)))
}

const menus: readonly (readonly Step[])[] = [
  [['clean_email_mapper'], ['text_length_filter', { min_len: 8 }]],
  [['text_length_filter', { min_len: 6 }], ['document_deduplicator'], ['text_length_filter', { min_len: 12 }]],
  [['document_deduplicator'], ['clean_email_mapper'], ['document_deduplicator']],
  [
    ['clean_email_mapper'],
    ['text_length_filter', { min_len: 4 }],
    ['document_deduplicator'],
    ['text_length_filter', { min_len: 20 }],
  ],
]

export function firstProcess(random: Random): readonly Step[] {
  return pick(random, menus)
}

/** Other values of keys, with what a job that is complete has to do for them. */
const edits: readonly (readonly [string, readonly unknown[], Reuse])[] = [
  ['partition.num_of_partitions', [1, 2, 3, 5], 'none'],
  ['checkpoint.strategy', ['every_op', 'every_n_ops', 'disabled'], 'all'],
  ['checkpoint.enabled', [true, false], 'all'],
  ['intermediate_storage.format', ['parquet', 'arrow', 'jsonl'], 'all'],
  ['intermediate_storage.compression', ['snappy', 'gzip', 'none'], 'all'],
  ['intermediate_storage.preserve_intermediate_data', [true, false], 'all'],
  ['intermediate_storage.retention_policy', ['keep_all', 'keep_failed_only', 'cleanup_all'], 'all'],
  ['intermediate_storage.write_partitions', [true, false], 'all'],
  // What was decided about failures under one policy must not pass for what another would have decided.
  ...Array.from({ length: 6 }, () => ['on_error', ['quarantine', 'skip'], 'none'] as const),
  ['np', [1, 1, 2], 'all'],
  ['seed', [1, 42], 'all'],
  ['event_logging.enabled', [true, false], 'all'],
  ['max_sample_mb', [1, 64], 'none'],
  ['keep_hashes_in_res_ds', [false], 'none'],
  ['export_shard_size', [0, 300], 'none'],
]

export function editKey(world: World, random: Random): Change {
  const [key, values, reuse] = pick(random, edits)
  const value = pick(random, values)
  const before = world.settings[key]
  world.settings[key] = value
  return { name: `${key} ${String(before)} → ${String(value)}`, reuse: before === value ? 'all' : reuse }
}

export function moveExport(world: World, random: Random): Change {
  const place = pick(random, ['result', 'other'])
  world.settings['export_path'] = world.path('out', `${place}.jsonl`)
  return { name: `export to ${place}`, reuse: 'none' }
}

export function editOperators(world: World, random: Random): Change {
  const at = Math.floor(random() * world.process.length)
  const [name] = world.process[at]
  const others = world.process.filter((_, index) => index !== at)
  const min_len = 2 + Math.floor(random() * 20)
  if (name === 'text_length_filter') world.process = world.process.with(at, ['text_length_filter', { min_len }])
  else if (random() < 0.5 && others.length > 1) world.process = others
  else world.process = [...world.process, ['text_length_filter', { min_len }]]
  return { name: `process is ${JSON.stringify(world.process)}`, reuse: 'none' }
}

export function editData(world: World, random: Random): Change {
  const files = world.dataFiles()
  const file = pick(random, files)
  const kind = pick(random, ['add', 'between', 'remove', 'append', 'rewrite', 'touch', 'move'])
  const stem = kind === 'between' ? file.replace(/\..*$/, '') : pick(random, ['a', 'b', 'c', 'd', 'e'])
  const name = `${stem}${Math.floor(random() * 90) + 10}.jsonl${random() < 0.3 ? '.gz' : ''}`
  if (kind === 'add' || kind === 'between' || files.length < 2) world.writeData(name, makeLines(random))
  else if (kind === 'remove') rmSync(world.path('data', file))
  else if (kind === 'touch') world.touch(file, 1e12 + Math.floor(random() * 1e9))
  else if (kind === 'rewrite' || file.endsWith('.gz')) world.writeData(file, makeLines(random))
  else if (kind === 'append')
    writeFileSync(world.path('data', file), `${makeLines(random, 2).join('\n')}\n`, { flag: 'a' })
  else moveText(world, files, file)
  return { name: `data: ${kind} ${file} ${name}`, reuse: kind === 'touch' && files.length > 1 ? 'all' : 'none' }
}

/** The last line of a file becomes the first of the next. */
function moveText(world: World, files: readonly string[], file: string): void {
  const next = files.find(name => name > file && !name.endsWith('.gz'))
  const lines = readFileSync(world.path('data', file), 'utf8').trimEnd().split('\n')
  const last = lines.pop()
  if (next === undefined || last === undefined || lines.length === 0) return
  world.writeData(file, lines)
  writeFileSync(world.path('data', next), `${last}\n${readFileSync(world.path('data', next), 'utf8')}`)
}

/** Damages a file or two of the job: of a folder drawn first, so that a folder of few files is met as often as one of many. */
export function damage(world: World, random: Random): Change {
  world.isDamaged = true
  if (random() < 0.25) return damageQuarantine(world, random)
  const all = world.jobFiles()
  if (all.length === 0) return { name: 'nothing to damage', reuse: 'none' }
  const names = [damageOne(world, all, random)]
  if (random() < 0.4) names.push(damageOne(world, world.jobFiles(), random))
  return { name: names.join(', '), reuse: 'none' }
}

/** What was set aside is read again only where it is merged anew: a part is damaged and what was merged is gone. */
function damageQuarantine(world: World, random: Random): Change {
  const kept = world.jobFiles().filter(path => path.startsWith(`${world.path('jobs', 'job', 'quarantine')}/`))
  const parts = kept.filter(path => !path.endsWith('/quarantine.jsonl'))
  for (const path of kept) if (!parts.includes(path)) rmSync(path)
  const name = parts.length === 0 ? 'no part of the quarantine' : damageOne(world, parts, random)
  return { name: `quarantine.jsonl gone, ${name}`, reuse: 'none' }
}

function damageOne(world: World, all: readonly string[], random: Random): string {
  if (all.length === 0) return 'nothing left to damage'
  const folder = pick(random, [...new Set(all.map(path => dirname(path)))])
  const files = all.filter(path => dirname(path) === folder)
  const path = pick(random, files)
  const kind = pick(random, ['gone', 'short', 'flipped', 'swapped', 'zeroed'])
  const bytes = readFileSync(path)
  if (kind === 'gone') rmSync(path)
  else if (kind === 'short') truncateSync(path, Math.floor(bytes.length * random()))
  else if (kind === 'swapped') {
    const other = pick(random, files)
    const theirs = readFileSync(other)
    writeFileSync(other, bytes)
    writeFileSync(path, theirs)
  } else if (bytes.length > 0) {
    const at = Math.floor(random() * bytes.length)
    if (kind === 'zeroed') bytes.fill(0, at, Math.min(bytes.length, at + 512))
    else bytes[at] ^= 0x08
    writeFileSync(path, bytes)
  }
  return `${path.slice(world.jobDir.length + 1)} ${kind}`
}

export function loseExport(world: World): Change {
  rmSync(String(world.settings['export_path']), { force: true, recursive: true })
  return { name: 'the export is gone', reuse: 'none' }
}

/** The user writes into the result: that is theirs from then on. */
export function editExport(world: World, random: Random): Change {
  const path = String(world.settings['export_path'])
  if (world.settings['export_shard_size'] || !existsSync(path)) return { name: 'no file to edit', reuse: 'none' }
  const text = `edited by hand ${Math.floor(random() * 1e9)}\n`
  writeFileSync(path, text, { flag: 'a' })
  world.edited.push(text)
  return { name: 'the export was edited', reuse: 'none' }
}
