import { z } from 'zod'
import type { Filter } from '../../core/operator.js'
import { fingerprintOf } from '../../util/hash.js'
import { nearestName } from '../../util/nearest.js'
import type { FilterContext } from '../define.js'
import { bool, float, text } from '../params.js'
import { textWords, tokenizationParams } from '../text/tokenized-words.js'
import { identityOfList, listedShare, type WordList } from '../text/word-lists.js'

/** Parameters of filters that measure which share of the words stands in a list; the list's folder comes on top. */
export function listedWordsParams(minRatio: number, maxRatio: number) {
  return {
    ...tokenizationParams,
    lang: text('en').describe(
      'Language of the list; `all` for the words of every language. It names the model of `tokenization`, too.',
    ),
    min_ratio: float(minRatio).describe('Smallest share that is kept.'),
    max_ratio: float(maxRatio).describe('Largest share that is kept.'),
    use_words_aug: bool(false).describe('Count groups of neighbouring words as words, too.'),
    words_aug_group_sizes: z.array(z.number()).nullable().default([2]).describe('Sizes of such groups.'),
    words_aug_join_char: text('').describe('What joins the words of a group.'),
  }
}

/** Why a language serves no sample: there is no list of its words. */
export function refuseLanguage(lang: string | null, lists: WordList): string | undefined {
  const language = lang ?? 'en'
  if (lists.has(language)) return undefined
  const nearest = nearestName(language, [...lists.keys()])
  const hint = nearest === undefined ? '' : `; did you mean "${nearest}"?`
  return `lang: there is no word list for language "${language}"${hint}; there are ${[...lists.keys()].sort().join(', ')}`
}

type ListedWordsParams = z.output<z.ZodObject<ReturnType<typeof listedWordsParams>>>

interface ListedWords {
  readonly stat: string
  readonly lists: WordList
}

/** A filter by the share of words that stand in a list, noted as `stat`. */
export async function listedWordsFilter(
  { stat, lists }: ListedWords,
  params: ListedWordsParams,
  { textKey, inRange }: FilterContext,
): Promise<Omit<Filter, 'kind'>> {
  const { words, identity, models } = await textWords(params, 'refined')
  const options = {
    lists,
    lang: params.lang ?? 'en',
    words,
    groupSizes: params.use_words_aug === true ? (params.words_aug_group_sizes ?? []) : [],
    joinChar: params.words_aug_join_char ?? '',
  }
  return {
    identity: identity === undefined ? identityOfList(options) : fingerprintOf(identity, identityOfList(options)),
    models,
    computeStats(sample) {
      sample.stats[stat] ??= listedShare(sample, textKey, options)
    },
    keep: sample => inRange(sample.stats[stat], params.min_ratio, params.max_ratio),
  }
}
