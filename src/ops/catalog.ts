import type { OperatorCatalog, OperatorDefinition, UnsupportedOperator } from '../core/operator.js'

type Load = () => Promise<OperatorDefinition>

/** Operators that ship with Pawl, each loaded when a recipe first names it. */
const shipped: ReadonlyMap<string, Load> = new Map<string, Load>([
  [
    'document_deduplicator',
    async () => (await import('./deduplicators/document-deduplicator.js')).documentDeduplicator,
  ],
  ['alphanumeric_filter', async () => (await import('./filters/alphanumeric-filter.js')).alphanumericFilter],
  [
    'average_line_length_filter',
    async () => (await import('./filters/average-line-length-filter.js')).averageLineLengthFilter,
  ],
  [
    'character_repetition_filter',
    async () => (await import('./filters/character-repetition-filter.js')).characterRepetitionFilter,
  ],
  ['flagged_words_filter', async () => (await import('./filters/flagged-words-filter.js')).flaggedWordsFilter],
  ['general_field_filter', async () => (await import('./filters/general-field-filter.js')).generalFieldFilter],
  [
    'maximum_line_length_filter',
    async () => (await import('./filters/maximum-line-length-filter.js')).maximumLineLengthFilter,
  ],
  [
    'special_characters_filter',
    async () => (await import('./filters/special-characters-filter.js')).specialCharactersFilter,
  ],
  ['specified_field_filter', async () => (await import('./filters/specified-field-filter.js')).specifiedFieldFilter],
  [
    'specified_numeric_field_filter',
    async () => (await import('./filters/specified-numeric-field-filter.js')).specifiedNumericFieldFilter,
  ],
  ['stopwords_filter', async () => (await import('./filters/stopwords-filter.js')).stopwordsFilter],
  ['suffix_filter', async () => (await import('./filters/suffix-filter.js')).suffixFilter],
  ['text_length_filter', async () => (await import('./filters/text-length-filter.js')).textLengthFilter],
  ['word_repetition_filter', async () => (await import('./filters/word-repetition-filter.js')).wordRepetitionFilter],
  ['words_num_filter', async () => (await import('./filters/words-num-filter.js')).wordsNumFilter],
  ['clean_email_mapper', async () => (await import('./mappers/clean-email-mapper.js')).cleanEmailMapper],
  ['clean_links_mapper', async () => (await import('./mappers/clean-links-mapper.js')).cleanLinksMapper],
  ['fix_unicode_mapper', async () => (await import('./mappers/fix-unicode-mapper.js')).fixUnicodeMapper],
  [
    'punctuation_normalization_mapper',
    async () => (await import('./mappers/punctuation-normalization-mapper.js')).punctuationNormalizationMapper,
  ],
  [
    'whitespace_normalization_mapper',
    async () => (await import('./mappers/whitespace-normalization-mapper.js')).whitespaceNormalizationMapper,
  ],
])

/** Operators of Data-Juicer that need what Pawl does not bring. */
const unsupported: ReadonlyMap<string, UnsupportedOperator> = new Map()

/** The catalog of shipped operators, and of `custom` ones, which win over shipped ones of the same name. */
export function createCatalog(custom: readonly OperatorDefinition[] = []): OperatorCatalog {
  const own = new Map(custom.map(definition => [definition.name, definition]))
  const names = [...new Set([...shipped.keys(), ...own.keys()])].sort()
  return {
    names,
    unsupported,
    has: name => own.has(name) || shipped.has(name),
    async load(name) {
      const definition = own.get(name) ?? (await shipped.get(name)?.())
      if (definition === undefined) throw new RangeError(`no operator named "${name}"`)
      return definition
    },
  }
}
