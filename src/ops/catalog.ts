import type { OperatorCatalog, OperatorDefinition } from '../core/operator.js'
import { unsupportedOperators } from './unsupported.js'

type Load = () => Promise<OperatorDefinition>

/** Operators that ship with Pawl, each loaded when a recipe first names it. */
const shipped: ReadonlyMap<string, Load> = new Map<string, Load>([
  [
    'document_deduplicator',
    async () => (await import('./deduplicators/document-deduplicator.js')).documentDeduplicator,
  ],
  [
    'document_minhash_deduplicator',
    async () => (await import('./deduplicators/document-minhash-deduplicator.js')).documentMinhashDeduplicator,
  ],
  [
    'document_simhash_deduplicator',
    async () => (await import('./deduplicators/document-simhash-deduplicator.js')).documentSimhashDeduplicator,
  ],
  [
    'document_line_deduplicator',
    async () => (await import('./deduplicators/document-line-deduplicator.js')).documentLineDeduplicator,
  ],
  [
    'document_minhash_deduplicator_with_uid',
    async () =>
      (await import('./deduplicators/document-minhash-deduplicator-with-uid.js')).documentMinhashDeduplicatorWithUid,
  ],
  ['key_value_grouper', async () => (await import('./groupers/key-value-grouper.js')).keyValueGrouper],
  ['naive_grouper', async () => (await import('./groupers/naive-grouper.js')).naiveGrouper],
  ['naive_reverse_grouper', async () => (await import('./groupers/naive-reverse-grouper.js')).naiveReverseGrouper],
  [
    'ray_bts_minhash_deduplicator',
    async () => (await import('./deduplicators/ray-minhash-deduplicators.js')).rayBtsMinhashDeduplicator,
  ],
  [
    'ray_bts_minhash_cpp_deduplicator',
    async () => (await import('./deduplicators/ray-minhash-deduplicators.js')).rayBtsMinhashCppDeduplicator,
  ],
  [
    'ray_document_deduplicator',
    async () => (await import('./deduplicators/ray-document-deduplicator.js')).rayDocumentDeduplicator,
  ],
  [
    'frequency_specified_field_selector',
    async () => (await import('./selectors/frequency-specified-field-selector.js')).frequencySpecifiedFieldSelector,
  ],
  ['random_selector', async () => (await import('./selectors/random-selector.js')).randomSelector],
  [
    'range_specified_field_selector',
    async () => (await import('./selectors/range-specified-field-selector.js')).rangeSpecifiedFieldSelector,
  ],
  [
    'tags_specified_field_selector',
    async () => (await import('./selectors/tags-specified-field-selector.js')).tagsSpecifiedFieldSelector,
  ],
  [
    'topk_specified_field_selector',
    async () => (await import('./selectors/topk-specified-field-selector.js')).topkSpecifiedFieldSelector,
  ],
  ['alphanumeric_filter', async () => (await import('./filters/alphanumeric-filter.js')).alphanumericFilter],
  ['audio_duration_filter', async () => (await import('./filters/audio-duration-filter.js')).audioDurationFilter],
  ['audio_size_filter', async () => (await import('./filters/audio-size-filter.js')).audioSizeFilter],
  [
    'average_line_length_filter',
    async () => (await import('./filters/average-line-length-filter.js')).averageLineLengthFilter,
  ],
  [
    'character_repetition_filter',
    async () => (await import('./filters/character-repetition-filter.js')).characterRepetitionFilter,
  ],
  [
    'fasttext_classifier_filter',
    async () => (await import('./filters/fasttext-classifier-filter.js')).fasttextClassifierFilter,
  ],
  ['flagged_words_filter', async () => (await import('./filters/flagged-words-filter.js')).flaggedWordsFilter],
  ['general_field_filter', async () => (await import('./filters/general-field-filter.js')).generalFieldFilter],
  [
    'image_aspect_ratio_filter',
    async () => (await import('./filters/image-aspect-ratio-filter.js')).imageAspectRatioFilter,
  ],
  ['image_shape_filter', async () => (await import('./filters/image-shape-filter.js')).imageShapeFilter],
  ['image_size_filter', async () => (await import('./filters/image-size-filter.js')).imageSizeFilter],
  [
    'language_id_score_filter',
    async () => (await import('./filters/language-id-score-filter.js')).languageIdScoreFilter,
  ],
  [
    'maximum_line_length_filter',
    async () => (await import('./filters/maximum-line-length-filter.js')).maximumLineLengthFilter,
  ],
  ['perplexity_filter', async () => (await import('./filters/perplexity-filter.js')).perplexityFilter],
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
  ['token_num_filter', async () => (await import('./filters/token-num-filter.js')).tokenNumFilter],
  [
    'video_aspect_ratio_filter',
    async () => (await import('./filters/video-aspect-ratio-filter.js')).videoAspectRatioFilter,
  ],
  ['video_duration_filter', async () => (await import('./filters/video-duration-filter.js')).videoDurationFilter],
  ['video_resolution_filter', async () => (await import('./filters/video-resolution-filter.js')).videoResolutionFilter],
  ['word_repetition_filter', async () => (await import('./filters/word-repetition-filter.js')).wordRepetitionFilter],
  ['words_num_filter', async () => (await import('./filters/words-num-filter.js')).wordsNumFilter],
  [
    'agent_dialog_normalize_mapper',
    async () => (await import('./mappers/agent-dialog-normalize-mapper.js')).agentDialogNormalizeMapper,
  ],
  [
    'agent_bad_case_signal_mapper',
    async () => (await import('./mappers/agent-bad-case-signal-mapper.js')).agentBadCaseSignalMapper,
  ],
  ['agent_tool_type_mapper', async () => (await import('./mappers/agent-tool-type-mapper.js')).agentToolTypeMapper],
  ['chinese_convert_mapper', async () => (await import('./mappers/chinese-convert-mapper.js')).chineseConvertMapper],
  ['clean_copyright_mapper', async () => (await import('./mappers/clean-copyright-mapper.js')).cleanCopyrightMapper],
  ['clean_email_mapper', async () => (await import('./mappers/clean-email-mapper.js')).cleanEmailMapper],
  ['clean_html_mapper', async () => (await import('./mappers/clean-html-mapper.js')).cleanHtmlMapper],
  ['clean_ip_mapper', async () => (await import('./mappers/clean-ip-mapper.js')).cleanIpMapper],
  ['clean_links_mapper', async () => (await import('./mappers/clean-links-mapper.js')).cleanLinksMapper],
  ['expand_macro_mapper', async () => (await import('./mappers/expand-macro-mapper.js')).expandMacroMapper],
  [
    'extract_tables_from_html_mapper',
    async () => (await import('./mappers/extract-tables-from-html-mapper.js')).extractTablesFromHtmlMapper,
  ],
  ['fix_unicode_mapper', async () => (await import('./mappers/fix-unicode-mapper.js')).fixUnicodeMapper],
  [
    'latex_figure_context_extractor_mapper',
    async () => (await import('./mappers/latex-figure-context-extractor-mapper.js')).latexFigureContextExtractorMapper,
  ],
  ['latex_merge_tex_mapper', async () => (await import('./mappers/latex-merge-tex-mapper.js')).latexMergeTexMapper],
  ['pii_redaction_mapper', async () => (await import('./mappers/pii-redaction-mapper.js')).piiRedactionMapper],
  [
    'punctuation_normalization_mapper',
    async () => (await import('./mappers/punctuation-normalization-mapper.js')).punctuationNormalizationMapper,
  ],
  [
    'remove_bibliography_mapper',
    async () => (await import('./mappers/remove-bibliography-mapper.js')).removeBibliographyMapper,
  ],
  ['remove_comments_mapper', async () => (await import('./mappers/remove-comments-mapper.js')).removeCommentsMapper],
  ['remove_header_mapper', async () => (await import('./mappers/remove-header-mapper.js')).removeHeaderMapper],
  [
    'remove_long_words_mapper',
    async () => (await import('./mappers/remove-long-words-mapper.js')).removeLongWordsMapper,
  ],
  [
    'remove_non_chinese_character_mapper',
    async () => (await import('./mappers/remove-non-chinese-character-mapper.js')).removeNonChineseCharacterMapper,
  ],
  [
    'remove_repeat_sentences_mapper',
    async () => (await import('./mappers/remove-repeat-sentences-mapper.js')).removeRepeatSentencesMapper,
  ],
  [
    'remove_specific_chars_mapper',
    async () => (await import('./mappers/remove-specific-chars-mapper.js')).removeSpecificCharsMapper,
  ],
  [
    'remove_table_text_mapper',
    async () => (await import('./mappers/remove-table-text-mapper.js')).removeTableTextMapper,
  ],
  [
    'remove_words_with_incorrect_substrings_mapper',
    async () =>
      (await import('./mappers/remove-words-with-incorrect-substrings-mapper.js'))
        .removeWordsWithIncorrectSubstringsMapper,
  ],
  ['replace_content_mapper', async () => (await import('./mappers/replace-content-mapper.js')).replaceContentMapper],
  ['sentence_split_mapper', async () => (await import('./mappers/sentence-split-mapper.js')).sentenceSplitMapper],
  ['text_chunk_mapper', async () => (await import('./mappers/text-chunk-mapper.js')).textChunkMapper],
  [
    'tool_success_tagger_mapper',
    async () => (await import('./mappers/tool-success-tagger-mapper.js')).toolSuccessTaggerMapper,
  ],
  ['usage_counter_mapper', async () => (await import('./mappers/usage-counter-mapper.js')).usageCounterMapper],
  [
    'whitespace_normalization_mapper',
    async () => (await import('./mappers/whitespace-normalization-mapper.js')).whitespaceNormalizationMapper,
  ],
])

/** The catalog of shipped operators, and of `custom` ones, whose names must be others. */
export function createCatalog(custom: readonly OperatorDefinition[] = []): OperatorCatalog {
  const own = new Map(custom.map(definition => [definition.name, definition]))
  const names = [...new Set([...shipped.keys(), ...own.keys()])].sort()
  return {
    names,
    unsupported: unsupportedOperators,
    has: name => own.has(name) || shipped.has(name),
    async load(name) {
      const definition = own.get(name) ?? (await shipped.get(name)?.())
      if (definition === undefined) throw new RangeError(`no operator named "${name}"`)
      return definition
    },
  }
}
