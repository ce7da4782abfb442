import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { Tokenizer } from '@huggingface/tokenizers'
import type { ModelFile } from '../../core/operator.js'
import { fingerprintOf } from '../../util/hash.js'
import { expandHome } from '../../util/home-path.js'
import { type NormalizerConfig, readNormalizer } from '../text/hf-normalizer.js'
import { boundedPieces } from '../text/tokens/bounded-pieces.js'
import { modelFolders } from './find-model.js'
import { digestOfModel, loadModel, sizeOfModel } from './model-cache.js'

const fileName = 'tokenizer.json'
/** Memory for a byte of the file: vocabulary and merges as JavaScript objects. */
const memoryFactor = 12

/** A tokenizer of Hugging Face, read from its `tokenizer.json`. */
export interface HfTokenizer {
  readonly file: ModelFile
  readonly digest: string
  /** How many tokens a text has, without special tokens around it. */
  count(text: string): number
  /** Their ids. */
  ids(text: string, addSpecialTokens?: boolean): number[]
}

/**
 * Where the tokenizer of a name is: a folder or file of that name, in the folders of models, or in the local cache of
 * Hugging Face.
 */
export function findHfTokenizer(name: string, modelDir: string | null | undefined): string | undefined {
  const given = resolve(expandHome(name))
  const folders = [given, ...modelFolders(modelDir).map(folder => join(folder, name)), ...snapshotsOf(name)]
  if (given.endsWith('.json') && existsSync(given)) return given
  return folders.map(folder => join(folder, fileName)).find(path => existsSync(path))
}

/** @throws {Error} where the tokenizer is not here or cannot be read */
export function hfTokenizerOf(name: string, modelDir: string | null | undefined): HfTokenizer {
  const path = findHfTokenizer(name, modelDir)
  if (path === undefined) throw new Error(absentTokenizer(name, modelDir))
  const settings = join(dirname(path), 'tokenizer_config.json')
  const tokenizer = loadModel('tokenizer', path, each => readTokenizer(each, settings))
  const ids = (text: string, addSpecialTokens = false) =>
    tokenizer.encode(text, { add_special_tokens: addSpecialTokens }).ids
  return {
    file: { path, memoryBytes: sizeOfModel(path) * memoryFactor },
    digest: fingerprintOf('tokenizer', digestOfModel(path), existsSync(settings) ? digestOfModel(settings) : ''),
    count: text => countTokens(text, each => ids(each).length),
    ids,
  }
}

/** Longest stretch without a change between blanks and others that is counted as one: the library takes time squared, and then fails. */
const longestStretch = 20_000

function countTokens(text: string, count: (text: string) => number): number {
  return boundedPieces(text, longestStretch).reduce((sum, piece) => sum + count(piece), 0)
}

/** What is said where a tokenizer is not here. */
function absentTokenizer(name: string, modelDir: string | null | undefined): string {
  const places = [
    ...modelFolders(modelDir).map(folder => join(folder, name, fileName)),
    join(hubFolder(), snapshotPattern(name)),
  ]
  return `the tokenizer ${name} is not here: none of ${places.join(', ')} exists; put its ${fileName} there, name its folder as hf_tokenizer or with PAWL_MODELS, or count by another with --substitute_tokenizer o200k_base (Pawl downloads nothing)`
}

function hubFolder(): string {
  const { env } = process
  const cache = env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache')
  const home = env['HF_HOME'] ?? join(cache, 'huggingface')
  return expandHome(env['HF_HUB_CACHE'] ?? env['HUGGINGFACE_HUB_CACHE'] ?? join(home, 'hub'))
}

function repositoryFolder(name: string): string {
  return `models--${name.replaceAll('/', '--')}`
}

function snapshotPattern(name: string): string {
  return join(repositoryFolder(name), 'snapshots', '*', fileName)
}

/** Folders of what was downloaded of a name: the revision that `main` stands for goes first. */
function snapshotsOf(name: string): string[] {
  const folder = join(hubFolder(), repositoryFolder(name))
  const snapshots = join(folder, 'snapshots')
  if (!existsSync(snapshots)) return []
  const main = join(folder, 'refs', 'main')
  const first = existsSync(main) ? [readFileSync(main, 'utf8').trim()] : []
  return [...first, ...readdirSync(snapshots).sort()].map(revision => join(snapshots, revision))
}

interface TokenizerFile {
  readonly normalizer: NormalizerConfig | null
}

function readTokenizer(path: string, settingsPath: string): Tokenizer {
  const file = JSON.parse(readFileSync(path, 'utf8')) as TokenizerFile
  const settings = existsSync(settingsPath) ? (JSON.parse(readFileSync(settingsPath, 'utf8')) as object) : {}
  const { config, before } = readNormalizer(file.normalizer ?? null)
  const tokenizer = new Tokenizer({ ...file, normalizer: config }, settings)
  if (before === undefined) return tokenizer
  const slot = tokenizer as unknown as { normalizer: ((text: string) => string) | null }
  const { normalizer: rest } = slot
  slot.normalizer = text => {
    const mapped = before(text)
    return rest === null ? mapped : rest(mapped)
  }
  return tokenizer
}
