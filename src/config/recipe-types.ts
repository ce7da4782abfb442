// Generated from the schemas by `node scripts/recipe-types.mjs`; do not edit.

/** A value that JSON can hold, as a parameter takes it. */
export type RecipeJson = null | boolean | number | string | readonly RecipeJson[] | { readonly [key: string]: RecipeJson }

/** Parameters that every operator takes. */
export interface BaseParams {
  /** Field that holds the text; by default the first of the recipe's text_keys. */
  readonly text_key?: string | null
  /** Field of images. Accepted for Data-Juicer recipes; has no effect here. */
  readonly image_key?: string | null
  /** Field of image bytes. Accepted for Data-Juicer recipes; has no effect here. */
  readonly image_bytes_key?: string | null
  /** Field of audios. Accepted for Data-Juicer recipes; has no effect here. */
  readonly audio_key?: string | null
  /** Field of videos. Accepted for Data-Juicer recipes; has no effect here. */
  readonly video_key?: string | null
  /** Field of the query in dialog samples. */
  readonly query_key?: string | null
  /** Field of the response in dialog samples. */
  readonly response_key?: string | null
  /** Field of the history in dialog samples. */
  readonly history_key?: string | null
  /** Field for sample indices. Accepted for Data-Juicer recipes; has no effect here. */
  readonly index_key?: unknown
  /** Field of the system prompt. Accepted for Data-Juicer recipes; has no effect here. */
  readonly system_key?: string | null
  /** Field of the instruction. Accepted for Data-Juicer recipes; has no effect here. */
  readonly instruction_key?: string | null
  /** Field of the prompt. Accepted for Data-Juicer recipes; has no effect here. */
  readonly prompt_key?: string | null
  /** Device. Accepted for Data-Juicer recipes; has no effect here. */
  readonly accelerator?: unknown
  /** Processes of this operator; Pawl uses `np`. Accepted for Data-Juicer recipes; has no effect here. */
  readonly num_proc?: unknown
  /** Processors a worker. Accepted for Data-Juicer recipes; has no effect here. */
  readonly num_cpus?: unknown
  /** Accelerators a worker. Accepted for Data-Juicer recipes; has no effect here. */
  readonly num_gpus?: unknown
  /** Processors needed. Accepted for Data-Juicer recipes; has no effect here. */
  readonly cpu_required?: unknown
  /** Accelerators needed. Accepted for Data-Juicer recipes; has no effect here. */
  readonly gpu_required?: unknown
  /** Memory needed. Accepted for Data-Juicer recipes; has no effect here. */
  readonly mem_required?: unknown
  /** Memory needed. Accepted for Data-Juicer recipes; has no effect here. */
  readonly memory?: unknown
  /** Samples a batch; Pawl bounds batches by bytes. Accepted for Data-Juicer recipes; has no effect here. */
  readonly batch_size?: number | null
  /** Batching. Accepted for Data-Juicer recipes; has no effect here. */
  readonly adaptive_batching?: boolean | null
  /** Batching. Accepted for Data-Juicer recipes; has no effect here. */
  readonly batch_mode?: unknown
  /** Fields that are read. Accepted for Data-Juicer recipes; has no effect here. */
  readonly input_columns?: unknown
  /** Fields that are written. Accepted for Data-Juicer recipes; has no effect here. */
  readonly output_columns?: unknown
  /** Error policy; Pawl has `on_error`. Accepted for Data-Juicer recipes; has no effect here. */
  readonly skip_op_error?: boolean | null
  /** Fast mode. Accepted for Data-Juicer recipes; has no effect here. */
  readonly turbo?: boolean | null
  /** Folder of the operator. Accepted for Data-Juicer recipes; has no effect here. */
  readonly work_dir?: unknown
  /** Placement on Ray. Accepted for Data-Juicer recipes; has no effect here. */
  readonly ray_execution_mode?: unknown
  /** Environment on Ray. Accepted for Data-Juicer recipes; has no effect here. */
  readonly runtime_env?: unknown
  /** Parallelism. Accepted for Data-Juicer recipes; has no effect here. */
  readonly auto_op_parallelism?: boolean | null
}

/** Parameters that every filter takes. */
export interface FilterParams extends BaseParams {
  /** Whether the lower bound itself is inside. Default: true. */
  readonly min_closed_interval?: boolean | null
  /** Whether the upper bound itself is inside. Default: true. */
  readonly max_closed_interval?: boolean | null
  /** Keep what lies outside the bounds instead (the bounds themselves are then kept). Default: false. */
  readonly reversed_range?: boolean | null
  /** Where statistics are exported. Accepted for Data-Juicer recipes; has no effect here. */
  readonly stats_export_path?: unknown
}

/** Parameters of `agent_bad_case_signal_mapper`: Notes signals of a bad case in an agent dialog, and a tier that follows from them. */
export interface AgentBadCaseSignalMapperParams extends BaseParams {
  /** Field of the question. Default: "query". */
  readonly query_key?: string | null
  /** Field of the answer. Default: "response". */
  readonly response_key?: string | null
  /** Whether failed tools are a signal. Default: true. */
  readonly signal_on_tool_fail?: boolean | null
  /** Failed tools from which on they are. Default: 1. */
  readonly min_tool_fail_count_for_signal?: number | null
  /** Whether a small share of tools that succeeded is a signal. Default: true. */
  readonly signal_on_low_tool_success_ratio?: boolean | null
  /** Largest such share. Default: 0.499. */
  readonly tool_success_ratio_max_for_signal?: number | null
  /** Fewest uses of tools for it. Default: 2. */
  readonly min_tool_rounds_for_ratio_signal?: number | null
  /** Whether a short answer to a long question is a signal. Default: true. */
  readonly signal_on_suspect_empty_response?: boolean | null
  /** Characters of a long question. Default: 80. */
  readonly min_query_len_for_empty_check?: number | null
  /** Characters of a short answer. Default: 20. */
  readonly max_response_len_for_empty_check?: number | null
  /** Tokens above which their number is a signal. */
  readonly max_total_tokens?: number | null
  /** Milliseconds above which the time taken is a signal. */
  readonly max_latency_ms?: number | null
  /** File of thresholds that were measured. */
  readonly calibration_json_path?: string | null
  /** Use that file. Default: false. */
  readonly auto_calibrate_thresholds?: boolean | null
  /** Thresholds set here go before those of the file. Default: true. */
  readonly calibration_manual_overrides_auto?: boolean | null
  /** A threshold of perplexity in the file makes it a signal. Default: true. */
  readonly auto_enable_perplexity_from_calibration?: boolean | null
  /** Whether a low `llm_analysis_score` is a signal. Default: true. */
  readonly signal_on_llm_analysis_low?: boolean | null
  /** Largest low score. Default: 0.28. */
  readonly llm_analysis_score_max_for_bad?: number | null
  /** Only where the record recommends to discard. Default: true. */
  readonly llm_analysis_discard_must_be_strict?: boolean | null
  /** Largest score whose signal weighs much. Default: 0.24. */
  readonly high_precision_llm_analysis_discard_threshold?: number | null
  /** Whether a low `llm_quality_score` is a signal. Default: true. */
  readonly signal_on_llm_text_quality_low?: boolean | null
  /** Largest low score. Default: 0.28. */
  readonly llm_text_quality_score_max_for_bad?: number | null
  /** Only where the record recommends to discard. Default: true. */
  readonly llm_text_quality_discard_must_be_strict?: boolean | null
  /** Largest score whose signal weighs much. Default: 0.24. */
  readonly high_precision_llm_text_quality_discard_threshold?: number | null
  /** Whether labels of negative sentiment are a signal. Default: false. */
  readonly signal_on_negative_sentiment_hint?: boolean | null
  /** Parts of such labels. */
  readonly negative_sentiment_substrings?: readonly (string)[] | null
  /** Whether high `perplexity` is a signal. Default: false. */
  readonly signal_on_high_perplexity?: boolean | null
  /** Smallest high perplexity. Default: 800. */
  readonly perplexity_high_threshold?: number | null
  /** Whether a poor answer to a hard question is a signal. Default: false. */
  readonly signal_hard_query_poor_reply?: boolean | null
  /** Smallest `llm_difficulty_score` of a hard question. Default: 0.72. */
  readonly hard_query_difficulty_min?: number | null
  /** Largest `llm_quality_score` of a poor answer. Default: 0.36. */
  readonly poor_reply_quality_max?: number | null
  /** Failed tools alone make the tier `high_precision`. Default: true. */
  readonly high_precision_on_tool_fail_alone?: boolean | null
  /** Lighter signals that make the tier `watchlist`. Default: 2. */
  readonly min_medium_signals_for_watchlist?: number | null
  /** Whether low scores of dialogs (1 to 5) are a signal. Default: true. */
  readonly signal_on_low_dialog_quality_meta?: boolean | null
  /** Largest low score of these. Default: 2. */
  readonly dialog_quality_low_score_threshold?: number | null
  /** Fewest low scores. Default: 1. */
  readonly min_dialog_quality_low_axes_for_signal?: number | null
}

/** Parameters of `agent_dialog_normalize_mapper`: Turns chat messages into text, history, query and response. */
export interface AgentDialogNormalizeMapperParams extends BaseParams {
  /** Field for the last question. Default: "query". */
  readonly query_key?: string | null
  /** Field for the last answer. Default: "response". */
  readonly response_key?: string | null
  /** Field for the turns. Default: "dialog_history". */
  readonly history_key?: string | null
  /** Field with the messages. Default: "messages". */
  readonly messages_key?: string | null
  /** Field with the answers of a model, where the messages hold none. Default: "choices". */
  readonly choices_key?: string | null
  /** Note which tools and skills occur. Default: true. */
  readonly extract_tool_skill_tags?: boolean | null
  /** Put system messages before the question that follows. Default: false. */
  readonly include_system_in_first_user?: boolean | null
  /** What stands before questions in the text. Default: "User". */
  readonly user_label?: string | null
  /** What stands before answers in the text. Default: "Assistant". */
  readonly assistant_label?: string | null
  /** Note request_model, pt and total_cost_time. Default: true. */
  readonly copy_lineage_fields?: boolean | null
  /** Note the id of the request. Default: true. */
  readonly copy_request_id?: boolean | null
  /** Fields with that id, the first that holds one counts. */
  readonly request_id_keys?: readonly (string)[] | null
  /** Longest result of a tool; 0 for no limit. Default: 10000. */
  readonly history_tool_result_max_chars?: number | null
  /** Longest answer of a turn; 0 for no limit. Default: 0. */
  readonly history_max_assistant_trace_chars?: number | null
  /** Longest question; 0 for no limit. Default: 0. */
  readonly history_max_user_chars?: number | null
  /** Share of the head in what is left of too long texts. Default: 0.62. */
  readonly history_compress_head_ratio?: number | null
}

/** Parameters of `agent_tool_type_mapper`: Notes which tools an agent used most. */
export interface AgentToolTypeMapperParams extends BaseParams {
  /** Meta field that lists the names of the tools. Default: "agent_tool_types". */
  readonly tool_types_meta_key?: string | null
  /** Meta field for the most frequent name. Default: "primary_tool_type". */
  readonly primary_key?: string | null
  /** Meta field for the most frequent names. Default: "dominant_tool_types". */
  readonly dominant_key?: string | null
  /** How many names the latter holds. Default: 5. */
  readonly top_k_dominant?: number | null
}

/** Parameters of `alphanumeric_filter`: Keeps samples whose share of letters and numbers lies within bounds. */
export interface AlphanumericFilterParams extends FilterParams {
  /** Divide the letters by the tokens of `EleutherAI/pythia-6.9b-deduped` instead of letters and numbers by characters; see docs/recipes.md. Default: false. */
  readonly tokenization?: boolean | null
  /** Folder of the model's files; otherwise they are looked for in the folders of PAWL_MODELS and in Data-Juicer's own cache. */
  readonly model_dir?: string | null
  /** Byte-pair encoding that serves where the model is not here; by default `substitute_tokenizer` of the recipe. */
  readonly substitute_tokenizer?: "o200k_base" | "cl100k_base" | "p50k_base" | "r50k_base" | null
  /** Smallest share that is kept. Default: 0.25. */
  readonly min_ratio?: number | null
  /** Largest share that is kept. No bound by default. */
  readonly max_ratio?: number | null
}

/** Parameters of `audio_duration_filter`: Keeps samples whose audios play for a time within bounds. */
export interface AudioDurationFilterParams extends FilterParams {
  /** Field that lists the paths of the audios. Default: "audios". */
  readonly audio_key?: string | null
  /** Shortest audio that is kept, in seconds. Default: 0. */
  readonly min_duration?: number | null
  /** Longest audio that is kept, in seconds. No bound by default. */
  readonly max_duration?: number | null
  /** Whether any of the files has to lie within the bounds, or all of them. A sample without files stays. Default: "any". */
  readonly any_or_all?: "any" | "all"
}

/** Parameters of `audio_size_filter`: Keeps samples whose audio files have a size within bounds. */
export interface AudioSizeFilterParams extends FilterParams {
  /** Field that lists the paths of the audios. Default: "audios". */
  readonly audio_key?: string | null
  /** Smallest file that is kept: bytes, or a number with KB, MB, GB, TB, … behind it. Default: "0". */
  readonly min_size?: string | null
  /** Largest file that is kept. Default: "1TB". */
  readonly max_size?: string | null
  /** Whether any of the files has to lie within the bounds, or all of them. A sample without files stays. Default: "any". */
  readonly any_or_all?: "any" | "all"
}

/** Parameters of `average_line_length_filter`: Keeps samples whose average line length lies within bounds. */
export interface AverageLineLengthFilterParams extends FilterParams {
  /** Smallest average that is kept, in code points. Default: 10. */
  readonly min_len?: number | null
  /** Largest average that is kept, in code points. No bound by default. */
  readonly max_len?: number | null
}

/** Parameters of `character_repetition_filter`: Keeps samples whose share of repeated character n-grams lies within bounds. */
export interface CharacterRepetitionFilterParams extends FilterParams {
  /** Length of the n-grams, in code points. Default: 10. */
  readonly rep_len?: number
  /** Smallest share that is kept. Default: 0. */
  readonly min_ratio?: number | null
  /** Largest share that is kept. Default: 0.5. */
  readonly max_ratio?: number | null
}

/** Parameters of `chinese_convert_mapper`: Converts between simplified and traditional Chinese. */
export interface ChineseConvertMapperParams extends BaseParams {
  /** From what to what: s simplified, t traditional, tw Taiwan, hk Hong Kong, jp Japan; p with phrases. Default: "s2t". */
  readonly mode?: "s2t" | "t2s" | "s2tw" | "tw2s" | "s2hk" | "hk2s" | "s2twp" | "tw2sp" | "t2tw" | "tw2t" | "hk2t" | "t2hk" | "t2jp" | "jp2t"
}

/** Parameters of `clean_copyright_mapper`: Removes copyright comments at the head of source code. */
export interface CleanCopyrightMapperParams extends BaseParams {

}

/** Parameters of `clean_email_mapper`: Replaces e-mail addresses. */
export interface CleanEmailMapperParams extends BaseParams {
  /** What to replace, in the syntax of the Python package `regex`. */
  readonly pattern?: string | null
  /** What to put there; a Python template (`\1`, `\g<name>`). Default: "". */
  readonly repl?: string | null
}

/** Parameters of `clean_html_mapper`: Reduces HTML to its text. */
export interface CleanHtmlMapperParams extends BaseParams {

}

/** Parameters of `clean_ip_mapper`: Replaces IP addresses. */
export interface CleanIpMapperParams extends BaseParams {
  /** What to replace, in the syntax of the Python package `regex`. */
  readonly pattern?: string | null
  /** What to put there; a Python template (`\1`, `\g<name>`). Default: "". */
  readonly repl?: string | null
}

/** Parameters of `clean_links_mapper`: Replaces links. */
export interface CleanLinksMapperParams extends BaseParams {
  /** What to replace, in the syntax of the Python package `regex`. */
  readonly pattern?: string | null
  /** What to put there; a Python template (`\1`, `\g<name>`). Default: "". */
  readonly repl?: string | null
}

/** Parameters of `document_deduplicator`: Removes samples whose text equals that of an earlier one. */
export interface DocumentDeduplicatorParams extends BaseParams {
  /** Compare texts in lower case. Default: false. */
  readonly lowercase?: boolean | null
  /** Leave white space, digits and ASCII punctuation out of account. Default: false. */
  readonly ignore_non_character?: boolean | null
}

/** Parameters of `document_line_deduplicator`: Removes from all samples the lines that occur in many of them. */
export interface DocumentLineDeduplicatorParams extends BaseParams {
  /** Samples that a line may occur in; in more, it is removed from all. Default: 6. */
  readonly frequency_threshold?: number | null
  /** Compare lines in lower case. Default: false. */
  readonly lowercase?: boolean | null
  /** Leave white space, digits and ASCII punctuation out of account. Default: false. */
  readonly ignore_special_character?: boolean | null
  /** Shorter lines always stay. Default: 2. */
  readonly min_line_length?: number | null
  /** Lines of nothing but brackets and semicolons always stay. Default: true. */
  readonly skip_brackets?: boolean | null
  /** Lines that start with # always stay. Default: true. */
  readonly skip_markdown_headers?: boolean | null
  /** Lines that begin or end an environment of LaTeX always stay. Default: true. */
  readonly skip_latex_env?: boolean | null
  /** Lines of one HTML tag always stay. Default: true. */
  readonly skip_html_tags?: boolean | null
}

/** Parameters of `document_minhash_deduplicator`: Removes samples whose text is nearly that of an earlier one, by MinHash. */
export interface DocumentMinhashDeduplicatorParams extends BaseParams {
  /** What a token is: what stands between blanks, what stands between punctuation, a character, or a piece of `tokenizer_model`. Default: "space". */
  readonly tokenization?: "space" | "punctuation" | "character" | "sentencepiece" | null
  /** Tokens in a row that are compared as one. Default: 5. */
  readonly window_size?: number | null
  /** Compare texts in lower case. Default: true. */
  readonly lowercase?: boolean | null
  /** What to leave out of account, in the syntax of the Python package `regex`. */
  readonly ignore_pattern?: string | null
  /** Texts of fewer tokens than the window: `separate`, each is kept; `together`, they are duplicates of one another, as in Data-Juicer. Default: "separate". */
  readonly short_text?: "separate" | "together"
  /** Values in a signature; more tell near duplicates better, and cost more. Default: 256. */
  readonly num_permutations?: number | null
  /** Share of common shingles from which on texts are near duplicates, about. Default: 0.7. */
  readonly jaccard_threshold?: number | null
  /** Bands of a signature; with `num_rows_per_band` in place of those that fit the threshold best. */
  readonly num_bands?: number | null
  /** Values in a band. */
  readonly num_rows_per_band?: number | null
  /** Path of the SentencePiece model of `tokenization: sentencepiece`, or its name in a folder of models. */
  readonly tokenizer_model?: string | null
  /** Write each cluster as a line of a file in `clusters/` of the job: which sample stays and which go, by file and offset. Default: false. */
  readonly export_clusters?: boolean
}

/** Parameters of `document_minhash_deduplicator_with_uid`: Removes samples whose text is nearly that of one with a smaller `__dj__uid`, by MinHash. */
export interface DocumentMinhashDeduplicatorWithUidParams extends BaseParams {
  /** What a token is: what stands between blanks, what stands between punctuation, a character, or a piece of `tokenizer_model`. Default: "space". */
  readonly tokenization?: "space" | "punctuation" | "character" | "sentencepiece" | null
  /** Tokens in a row that are compared as one. Default: 5. */
  readonly window_size?: number | null
  /** Compare texts in lower case. Default: true. */
  readonly lowercase?: boolean | null
  /** What to leave out of account, in the syntax of the Python package `regex`. */
  readonly ignore_pattern?: string | null
  /** Texts of fewer tokens than the window: `separate`, each is kept; `together`, they are duplicates of one another, as in Data-Juicer. Default: "separate". */
  readonly short_text?: "separate" | "together"
  /** Values in a signature; more tell near duplicates better, and cost more. Default: 256. */
  readonly num_permutations?: number | null
  /** Share of common shingles from which on texts are near duplicates, about. Default: 0.7. */
  readonly jaccard_threshold?: number | null
  /** Bands of a signature; with `num_rows_per_band` in place of those that fit the threshold best. */
  readonly num_bands?: number | null
  /** Values in a band. */
  readonly num_rows_per_band?: number | null
  /** Path of the SentencePiece model of `tokenization: sentencepiece`, or its name in a folder of models. */
  readonly tokenizer_model?: string | null
}

/** Parameters of `document_simhash_deduplicator`: Removes samples whose text is nearly that of an earlier one, by SimHash. */
export interface DocumentSimhashDeduplicatorParams extends BaseParams {
  /** What a token is: what stands between blanks, what stands between punctuation, or a character. Default: "space". */
  readonly tokenization?: "space" | "punctuation" | "character" | null
  /** Tokens in a row that are compared as one. Default: 6. */
  readonly window_size?: number | null
  /** Compare texts in lower case. Default: true. */
  readonly lowercase?: boolean | null
  /** What to leave out of account, in the syntax of the Python package `regex`. */
  readonly ignore_pattern?: string | null
  /** Texts of fewer tokens than the window: `separate`, each is kept; `together`, they are duplicates of one another, as in Data-Juicer. Default: "separate". */
  readonly short_text?: "separate" | "together"
  /** Write each cluster as a line of a file in `clusters/` of the job: which sample stays and which go, by file and offset. Default: false. */
  readonly export_clusters?: boolean
  /** Blocks that Data-Juicer cuts a hash into to find near ones; more than `hamming_distance`. The result is the same for all. Default: 6. */
  readonly num_blocks?: number | null
  /** Most bits of 64 in which the hashes of near duplicates differ. Default: 4. */
  readonly hamming_distance?: number | null
}

/** Parameters of `expand_macro_mapper`: Writes out LaTeX macros that take no arguments. */
export interface ExpandMacroMapperParams extends BaseParams {

}

/** Parameters of `extract_tables_from_html_mapper`: Notes the tables that HTML texts hold. */
export interface ExtractTablesFromHtmlMapperParams extends BaseParams {
  /** Meta field for the tables; one that is there is left alone. Default: "html_tables". */
  readonly tables_field_name?: string | null
  /** Note the HTML of each table instead of the texts of its cells. Default: false. */
  readonly retain_html_tags?: boolean | null
  /** Take in rows that hold header cells. Default: true. */
  readonly include_header?: boolean | null
}

/** Parameters of `fasttext_classifier_filter`: Keeps samples to which a fastText classifier of your own gives some labels with enough confidence. */
export interface FasttextClassifierFilterParams extends FilterParams {
  /** Path of the model (`.bin` or `.ftz`), or its name in a folder of models. Default: "". */
  readonly model_path?: string | null
  /** Label or labels whose confidence counts, with or without `__label__`. */
  readonly labels?: string | readonly (string)[] | null
  /** Smallest sum of their confidences that is kept. Default: 0.5. */
  readonly min_score?: number | null
  /** Largest such sum that is kept; what exceeds 1 by rounding is 1. Default: 1. */
  readonly max_score?: number | null
  /** Folder of the model's files; otherwise they are looked for in the folders of PAWL_MODELS and in Data-Juicer's own cache. */
  readonly model_dir?: string | null
}

/** Parameters of `fix_unicode_mapper`: Repairs broken Unicode and normalises it. */
export interface FixUnicodeMapperParams extends BaseParams {
  /** Normal form: NFC (the default), NFKC, NFD or NFKD, in any case. */
  readonly normalization?: string | null
}

/** Parameters of `flagged_words_filter`: Keeps samples whose share of flagged words lies within bounds. */
export interface FlaggedWordsFilterParams extends FilterParams {
  /** Language of the list; `all` for the words of every language. It names the model of `tokenization`, too. Default: "en". */
  readonly lang?: string | null
  /** Count the pieces of the SentencePiece model `{lang}.sp.model` instead of words; see docs/recipes.md. Default: false. */
  readonly tokenization?: boolean | null
  /** Folder of the model's files; otherwise they are looked for in the folders of PAWL_MODELS and in Data-Juicer's own cache. */
  readonly model_dir?: string | null
  /** Byte-pair encoding that serves where the model is not here; by default `substitute_tokenizer` of the recipe. */
  readonly substitute_tokenizer?: "o200k_base" | "cl100k_base" | "p50k_base" | "r50k_base" | null
  /** Smallest share that is kept. Default: 0. */
  readonly min_ratio?: number | null
  /** Largest share that is kept. Default: 0.045. */
  readonly max_ratio?: number | null
  /** Count groups of neighbouring words as words, too. Default: false. */
  readonly use_words_aug?: boolean | null
  /** Sizes of such groups. */
  readonly words_aug_group_sizes?: readonly (number)[] | null
  /** What joins the words of a group. Default: "". */
  readonly words_aug_join_char?: string | null
  /** Folder of JSON files whose name holds `flagged_words`, each `{"en": ["word", …], …}`. Without any, lists that ship with Pawl serve. Default: "~/.cache/data_juicer/assets". */
  readonly flagged_words_dir?: string | null
}

/** Parameters of `frequency_specified_field_selector`: Keeps the samples whose values in a field are among the commonest (or rarest). */
export interface FrequencySpecifiedFieldSelectorParams extends BaseParams {
  /** Path of the field, such as `meta.lang` or `__dj__stats__.text_len`; without it all samples stay. */
  readonly field_key?: string | null
  /** Share of the distinct values that stay. */
  readonly top_ratio?: number | null
  /** Distinct values that stay; with `top_ratio`, the lesser of both. */
  readonly topk?: number | null
  /** Keep the commonest values; false, the rarest. Default: true. */
  readonly reverse?: boolean | null
}

/** Parameters of `general_field_filter`: Keeps samples for which a condition on their fields holds. */
export interface GeneralFieldFilterParams extends FilterParams {
  /** A Python-like expression of fields, constants, comparisons, in, and, or, not; such as `10 < num <= 30 and __dj__meta__.lang == "en"`. Default: "". */
  readonly filter_condition?: string | null
}

/** Parameters of `image_aspect_ratio_filter`: Keeps samples whose images have a ratio of width to height within bounds. */
export interface ImageAspectRatioFilterParams extends FilterParams {
  /** Field that lists the paths of the images. Default: "images". */
  readonly image_key?: string | null
  /** Field that lists the bytes of the images, in base64 as columns of bytes are read. They count in place of the files. Default: "image_bytes". */
  readonly image_bytes_key?: string | null
  /** Smallest ratio of width to height that is kept. Default: 0.333. */
  readonly min_ratio?: number | null
  /** Largest such ratio that is kept. Default: 3. */
  readonly max_ratio?: number | null
  /** Whether any of the files has to lie within the bounds, or all of them. A sample without files stays. Default: "any". */
  readonly any_or_all?: "any" | "all"
}

/** Parameters of `image_shape_filter`: Keeps samples whose images have a width and a height within bounds. */
export interface ImageShapeFilterParams extends FilterParams {
  /** Field that lists the paths of the images. Default: "images". */
  readonly image_key?: string | null
  /** Field that lists the bytes of the images, in base64 as columns of bytes are read. They count in place of the files. Default: "image_bytes". */
  readonly image_bytes_key?: string | null
  /** Smallest width that is kept, in pixels. Default: 1. */
  readonly min_width?: number | null
  /** Largest width that is kept. No bound by default. */
  readonly max_width?: number | null
  /** Smallest height that is kept, in pixels. Default: 1. */
  readonly min_height?: number | null
  /** Largest height that is kept. No bound by default. */
  readonly max_height?: number | null
  /** Whether any of the files has to lie within the bounds, or all of them. A sample without files stays. Default: "any". */
  readonly any_or_all?: "any" | "all"
}

/** Parameters of `image_size_filter`: Keeps samples whose image files have a size within bounds. */
export interface ImageSizeFilterParams extends FilterParams {
  /** Field that lists the paths of the images. Default: "images". */
  readonly image_key?: string | null
  /** Field that lists the bytes of the images, in base64 as columns of bytes are read. They count in place of the files. Default: "image_bytes". */
  readonly image_bytes_key?: string | null
  /** Smallest file that is kept: bytes, or a number with KB, MB, GB, TB, … behind it. Default: "0". */
  readonly min_size?: string | null
  /** Largest file that is kept. Default: "1TB". */
  readonly max_size?: string | null
  /** Whether any of the files has to lie within the bounds, or all of them. A sample without files stays. Default: "any". */
  readonly any_or_all?: "any" | "all"
}

/** Parameters of `key_value_grouper`: Makes one sample of those with the same values in some fields: each field becomes the list of its values. */
export interface KeyValueGrouperParams extends BaseParams {
  /** Paths of the fields, such as `meta.lang` or `__dj__stats__.text_len`; by default the text. */
  readonly group_by_keys?: readonly (string)[] | null
}

/** Parameters of `language_id_score_filter`: Keeps samples in given languages of which the model is sure enough. */
export interface LanguageIdScoreFilterParams extends FilterParams {
  /** Language or languages that are kept, such as en; empty keeps all. Default: "". */
  readonly lang?: string | readonly (string)[] | null
  /** Smallest confidence that is kept. Default: 0.8. */
  readonly min_score?: number | null
  /** fasttext: the compressed model of the original (lid.176.ftz); eld: faster, knows 60 languages. Default: "fasttext". */
  readonly model?: "fasttext" | "eld"
}

/** Parameters of `latex_figure_context_extractor_mapper`: Makes a sample of each figure of a LaTeX document; documents without figures go. */
export interface LatexFigureContextExtractorMapperParams extends BaseParams {
  /** Field for the paths of the images. Default: "images". */
  readonly image_key?: string | null
  /** Commands that refer to a figure; by default \ref, \cref, \Cref and \autoref. */
  readonly citation_commands?: readonly (string)[] | null
  /** What parts paragraphs. Default: "\n\n". */
  readonly paragraph_separator?: string | null
  /** Field for the caption. Default: "caption". */
  readonly caption_key?: string | null
  /** Field for the label. Default: "label". */
  readonly label_key?: string | null
  /** Field for the paragraphs that refer to the figure. Default: "citing_paragraphs". */
  readonly context_key?: string | null
  /** Field for the caption of the figure that a part belongs to. Default: "parent_caption". */
  readonly parent_caption_key?: string | null
  /** Field for the label of that figure. Default: "parent_label". */
  readonly parent_label_key?: string | null
}

/** Parameters of `latex_merge_tex_mapper`: Joins the LaTeX sources of an archive to one text. */
export interface LatexMergeTexMapperParams extends BaseParams {
  /** Field with the path of a .tar, .tar.gz, .tgz or .zip file. Default: "compressed_file". */
  readonly compressed_file_key?: string | null
  /** What stands between two sources. Default: "\n\n". */
  readonly separator?: string | null
  /** Largest source in bytes; larger ones are left out. 0 for no limit. Default: 52428800. */
  readonly max_file_size?: number | null
  /** Bytes of all sources; the rest is left out. 0 for no limit. Default: 104857600. */
  readonly max_total_size?: number | null
}

/** Parameters of `maximum_line_length_filter`: Keeps samples whose longest line lies within bounds. */
export interface MaximumLineLengthFilterParams extends FilterParams {
  /** Shortest longest line that is kept, in code points. Default: 10. */
  readonly min_len?: number | null
  /** Longest line that is kept, in code points. No bound by default. */
  readonly max_len?: number | null
}

/** Parameters of `naive_grouper`: Makes one sample of all: each field becomes the list of its values. */
export interface NaiveGrouperParams extends BaseParams {

}

/** Parameters of `naive_reverse_grouper`: Makes of a sample whose fields are lists one sample for each of their items. */
export interface NaiveReverseGrouperParams extends BaseParams {
  /** Where Data-Juicer writes `__dj__batch_meta__`; has no effect here: it is left out in any case. */
  readonly batch_meta_export_path?: string | null
}

/** Parameters of `perplexity_filter`: Keeps samples whose perplexity under a KenLM language model lies within bounds. */
export interface PerplexityFilterParams extends FilterParams {
  /** Language: names the files `{lang}.sp.model` (SentencePiece) and `{lang}.arpa.bin` (KenLM). Default: "en". */
  readonly lang?: string | null
  /** Smallest perplexity that is kept. Default: 0. */
  readonly min_ppl?: number | null
  /** Largest perplexity that is kept. Default: 1500. */
  readonly max_ppl?: number | null
  /** Folder of the model's files; otherwise they are looked for in the folders of PAWL_MODELS and in Data-Juicer's own cache. */
  readonly model_dir?: string | null
}

/** Parameters of `pii_redaction_mapper`: Masks personal data and secrets. */
export interface PiiRedactionMapperParams extends BaseParams {
  /** Mask paths of files. Default: true. */
  readonly mask_paths?: boolean | null
  /** Mask e-mail addresses. Default: true. */
  readonly mask_emails?: boolean | null
  /** Mask values of keys such as password and token. Default: true. */
  readonly mask_secrets?: boolean | null
  /** Mask ids of sessions, users, requests and traces. Default: true. */
  readonly mask_ids?: boolean | null
  /** Mask phone numbers, Chinese and international. Default: true. */
  readonly mask_phones?: boolean | null
  /** Mask numbers of Chinese identity cards. Default: true. */
  readonly mask_id_cards?: boolean | null
  /** Mask names of channels. Default: true. */
  readonly mask_channel_ids?: boolean | null
  /** Mask open ids of chat platforms. Default: true. */
  readonly mask_platform_open_ids?: boolean | null
  /** Mask PEM blocks. Default: true. */
  readonly mask_pem?: boolean | null
  /** Mask JSON web tokens. Default: true. */
  readonly mask_jwt?: boolean | null
  /** Mask web addresses. Default: false. */
  readonly mask_urls?: boolean | null
  /** Mask IP addresses. Default: true. */
  readonly mask_ips?: boolean | null
  /** Mask MAC addresses. Default: true. */
  readonly mask_macs?: boolean | null
  /** What stands for paths; a Python template, as all of these. Default: "[PATH_REDACTED]". */
  readonly path_replacement?: string | null
  /** What stands for e-mail addresses. Default: "[EMAIL_REDACTED]". */
  readonly email_replacement?: string | null
  /** What stands for secrets. Default: "[REDACTED]". */
  readonly secret_replacement?: string | null
  /** What stands for ids. Default: "[ID_REDACTED]". */
  readonly id_replacement?: string | null
  /** What stands for phone numbers. Default: "[PHONE_REDACTED]". */
  readonly phone_replacement?: string | null
  /** What stands for numbers of identity cards. Default: "[ID_CARD_REDACTED]". */
  readonly id_card_replacement?: string | null
  /** What stands for channels and open ids. Default: "[CHANNEL_ID_REDACTED]". */
  readonly channel_id_replacement?: string | null
  /** What stands for PEM blocks. Default: "[PEM_REDACTED]". */
  readonly pem_replacement?: string | null
  /** What stands for JSON web tokens. Default: "[JWT_REDACTED]". */
  readonly jwt_replacement?: string | null
  /** What stands for web addresses. Default: "[URL_REDACTED]". */
  readonly url_replacement?: string | null
  /** What stands for IP addresses. Default: "[IP_REDACTED]". */
  readonly ip_replacement?: string | null
  /** What stands for MAC addresses. Default: "[MAC_REDACTED]". */
  readonly mac_replacement?: string | null
  /** More regular expressions of Python, each with its replacement; broken ones are passed over. */
  readonly extra_patterns?: readonly (readonly (unknown)[])[] | null
  /** Fields to mask; by default the text, query, response, dialog_history and messages. */
  readonly redact_keys?: readonly (string)[] | null
  /** The one of them that holds chat messages. Default: "messages". */
  readonly messages_key?: string | null
}

/** Parameters of `punctuation_normalization_mapper`: Replaces Unicode punctuation by ASCII punctuation. */
export interface PunctuationNormalizationMapperParams extends BaseParams {

}

/** Parameters of `random_selector`: Keeps a number or a share of the samples, chosen at random by the seed of the recipe. */
export interface RandomSelectorParams extends BaseParams {
  /** Share of the samples that stay. */
  readonly select_ratio?: number | null
  /** Samples that stay; with `select_ratio`, the lesser of both. */
  readonly select_num?: number | null
}

/** Parameters of `range_specified_field_selector`: Keeps the samples whose values in a field lie between two ranks or percentiles. */
export interface RangeSpecifiedFieldSelectorParams extends BaseParams {
  /** Path of the field, such as `meta.lang` or `__dj__stats__.text_len`; without it all samples stay. */
  readonly field_key?: string | null
  /** Share of the samples with the least values that go. */
  readonly lower_percentile?: number | null
  /** Share of the samples with the least values up to which samples stay. */
  readonly upper_percentile?: number | null
  /** Samples with the least values that go; the greater of both counts. */
  readonly lower_rank?: number | null
  /** Rank up to which samples stay; the lesser of both counts. */
  readonly upper_rank?: number | null
}

/** Parameters of `ray_bts_minhash_cpp_deduplicator`: The same as document_minhash_deduplicator, under the name that it has for Ray. */
export interface RayBtsMinhashCppDeduplicatorParams extends BaseParams {
  /** What a token is: what stands between blanks, what stands between punctuation, a character, or a piece of `tokenizer_model`. Default: "space". */
  readonly tokenization?: "space" | "punctuation" | "character" | "sentencepiece" | null
  /** Tokens in a row that are compared as one. Default: 5. */
  readonly window_size?: number | null
  /** Compare texts in lower case. Default: true. */
  readonly lowercase?: boolean | null
  /** What to leave out of account, in the syntax of the Python package `regex`. */
  readonly ignore_pattern?: string | null
  /** Texts of fewer tokens than the window: `separate`, each is kept; `together`, they are duplicates of one another, as in Data-Juicer. Default: "separate". */
  readonly short_text?: "separate" | "together"
  /** Values in a signature; more tell near duplicates better, and cost more. Default: 256. */
  readonly num_permutations?: number | null
  /** Share of common shingles from which on texts are near duplicates, about. Default: 0.7. */
  readonly jaccard_threshold?: number | null
  /** Bands of a signature; with `num_rows_per_band` in place of those that fit the threshold best. */
  readonly num_bands?: number | null
  /** Values in a band. */
  readonly num_rows_per_band?: number | null
  /** Path of the SentencePiece model of `tokenization: sentencepiece`, or its name in a folder of models. */
  readonly tokenizer_model?: string | null
  /** Write each cluster as a line of a file in `clusters/` of the job: which sample stays and which go, by file and offset. Default: false. */
  readonly export_clusters?: boolean
  /** How Ray places the work. Accepted for Data-Juicer recipes; has no effect here. */
  readonly union_find_parallel_num?: number | string | null
  /** How Ray places the work. Accepted for Data-Juicer recipes; has no effect here. */
  readonly union_threshold?: number | null
  /** How Ray places the work. Accepted for Data-Juicer recipes; has no effect here. */
  readonly max_pending_edge_buffer_task?: number | null
  /** How Ray places the work. Accepted for Data-Juicer recipes; has no effect here. */
  readonly num_edge_buffer_task_returns?: number | null
  /** How Ray places the work. Accepted for Data-Juicer recipes; has no effect here. */
  readonly max_pending_filter_tasks?: number | null
  /** How Ray places the work. Accepted for Data-Juicer recipes; has no effect here. */
  readonly num_filter_task_returns?: number | null
  /** How Ray places the work. Accepted for Data-Juicer recipes; has no effect here. */
  readonly merge_batch_size?: number | null
  /** How Ray places the work. Accepted for Data-Juicer recipes; has no effect here. */
  readonly minhash_batch_size?: number | string | null
  /** How Ray places the work. Accepted for Data-Juicer recipes; has no effect here. */
  readonly memory_per_sample?: number | null
  /** How Ray places the work. Accepted for Data-Juicer recipes; has no effect here. */
  readonly actor_memory?: number | null
  /** How Ray places the work. Accepted for Data-Juicer recipes; has no effect here. */
  readonly task_memory?: number | null
}

/** Parameters of `ray_bts_minhash_deduplicator`: The same as document_minhash_deduplicator, under the name that it has for Ray. */
export interface RayBtsMinhashDeduplicatorParams extends BaseParams {
  /** What a token is: what stands between blanks, what stands between punctuation, a character, or a piece of `tokenizer_model`. Default: "space". */
  readonly tokenization?: "space" | "punctuation" | "character" | "sentencepiece" | null
  /** Tokens in a row that are compared as one. Default: 5. */
  readonly window_size?: number | null
  /** Compare texts in lower case. Default: true. */
  readonly lowercase?: boolean | null
  /** What to leave out of account, in the syntax of the Python package `regex`. */
  readonly ignore_pattern?: string | null
  /** Texts of fewer tokens than the window: `separate`, each is kept; `together`, they are duplicates of one another, as in Data-Juicer. Default: "separate". */
  readonly short_text?: "separate" | "together"
  /** Values in a signature; more tell near duplicates better, and cost more. Default: 256. */
  readonly num_permutations?: number | null
  /** Share of common shingles from which on texts are near duplicates, about. Default: 0.7. */
  readonly jaccard_threshold?: number | null
  /** Bands of a signature; with `num_rows_per_band` in place of those that fit the threshold best. */
  readonly num_bands?: number | null
  /** Values in a band. */
  readonly num_rows_per_band?: number | null
  /** Path of the SentencePiece model of `tokenization: sentencepiece`, or its name in a folder of models. */
  readonly tokenizer_model?: string | null
  /** Write each cluster as a line of a file in `clusters/` of the job: which sample stays and which go, by file and offset. Default: false. */
  readonly export_clusters?: boolean
  /** How Ray places the work. Accepted for Data-Juicer recipes; has no effect here. */
  readonly union_find_parallel_num?: number | string | null
  /** How Ray places the work. Accepted for Data-Juicer recipes; has no effect here. */
  readonly union_threshold?: number | null
  /** How Ray places the work. Accepted for Data-Juicer recipes; has no effect here. */
  readonly max_pending_edge_buffer_task?: number | null
  /** How Ray places the work. Accepted for Data-Juicer recipes; has no effect here. */
  readonly num_edge_buffer_task_returns?: number | null
  /** How Ray places the work. Accepted for Data-Juicer recipes; has no effect here. */
  readonly max_pending_filter_tasks?: number | null
  /** How Ray places the work. Accepted for Data-Juicer recipes; has no effect here. */
  readonly num_filter_task_returns?: number | null
  /** How Ray places the work. Accepted for Data-Juicer recipes; has no effect here. */
  readonly merge_batch_size?: number | null
  /** How Ray places the work. Accepted for Data-Juicer recipes; has no effect here. */
  readonly minhash_batch_size?: number | string | null
  /** How Ray places the work. Accepted for Data-Juicer recipes; has no effect here. */
  readonly memory_per_sample?: number | null
  /** How Ray places the work. Accepted for Data-Juicer recipes; has no effect here. */
  readonly actor_memory?: number | null
  /** How Ray places the work. Accepted for Data-Juicer recipes; has no effect here. */
  readonly task_memory?: number | null
}

/** Parameters of `ray_document_deduplicator`: Removes samples whose text equals that of an earlier one; those without text are duplicates of one another. */
export interface RayDocumentDeduplicatorParams extends BaseParams {
  /** Compare texts in lower case. Default: false. */
  readonly lowercase?: boolean | null
  /** Leave white space, digits and ASCII punctuation out of account. Default: false. */
  readonly ignore_non_character?: boolean | null
  /** How Ray places the work. Accepted for Data-Juicer recipes; has no effect here. */
  readonly backend?: "ray_actor" | "redis" | null
  /** How Ray places the work. Accepted for Data-Juicer recipes; has no effect here. */
  readonly redis_address?: string | null
  /** How Ray places the work. Accepted for Data-Juicer recipes; has no effect here. */
  readonly dedup_set_num?: number | string | null
}

/** Parameters of `remove_bibliography_mapper`: Cuts LaTeX documents off at their bibliography or appendix. */
export interface RemoveBibliographyMapperParams extends BaseParams {

}

/** Parameters of `remove_comments_mapper`: Removes comments of LaTeX documents. */
export interface RemoveCommentsMapperParams extends BaseParams {
  /** Kind of document; has no effect, only LaTeX is known. Default: "tex". */
  readonly doc_type?: string | readonly (string)[] | null
  /** Remove comments behind text, with the character before the percent sign. Default: true. */
  readonly inline?: boolean | null
  /** Remove lines that are nothing but a comment. Default: true. */
  readonly multiline?: boolean | null
}

/** Parameters of `remove_header_mapper`: Removes what stands before the first section of LaTeX documents. */
export interface RemoveHeaderMapperParams extends BaseParams {
  /** Empty the texts that have no section. Default: true. */
  readonly drop_no_head?: boolean | null
}

/** Parameters of `remove_long_words_mapper`: Removes words whose length lies outside bounds. */
export interface RemoveLongWordsMapperParams extends BaseParams {
  /** Shortest word that stays, in code points. Default: 1. */
  readonly min_len?: number | null
  /** Longest word that stays; longer ones are measured again without special characters at their ends. No bound by default. */
  readonly max_len?: number | null
}

/** Parameters of `remove_non_chinese_character_mapper`: Deletes everything but Chinese characters. */
export interface RemoveNonChineseCharacterMapperParams extends BaseParams {
  /** Keep ASCII letters. Default: true. */
  readonly keep_alphabet?: boolean | null
  /** Keep ASCII digits. Default: true. */
  readonly keep_number?: boolean | null
  /** Keep a list of Chinese and ASCII punctuation, and the space. Default: true. */
  readonly keep_punc?: boolean | null
}

/** Parameters of `remove_repeat_sentences_mapper`: Removes sentences that occurred before in the text. */
export interface RemoveRepeatSentencesMapperParams extends BaseParams {
  /** Compare sentences in lower case. Default: false. */
  readonly lowercase?: boolean | null
  /** Compare only ASCII letters and digits, Chinese characters and blanks. Default: true. */
  readonly ignore_special_character?: boolean | null
  /** Sentences shorter than this, in code points, always stay. Default: 2. */
  readonly min_repeat_sentence_length?: number | null
  /** A function of Python that finds sentences; not supported. */
  readonly tokenizer?: null
}

/** Parameters of `remove_specific_chars_mapper`: Deletes given characters. */
export interface RemoveSpecificCharsMapperParams extends BaseParams {
  /** The characters: a string, or a list of strings whose characters all count. Default: "◆●■►▼▲▴∆▻▷❖♡□". */
  readonly chars_to_remove?: string | readonly (string)[] | null
}

/** Parameters of `remove_table_text_mapper`: Removes tables written as text. */
export interface RemoveTableTextMapperParams extends BaseParams {
  /** Fewest columns of a table, 2 to 20. Default: 2. */
  readonly min_col?: number | null
  /** Most columns of a table, 2 to 20. Default: 20. */
  readonly max_col?: number | null
}

/** Parameters of `remove_words_with_incorrect_substrings_mapper`: Removes words that hold unwanted substrings. */
export interface RemoveWordsWithIncorrectSubstringsMapperParams extends BaseParams {
  /** Language of the samples; matters to tokenization only. Default: "en". */
  readonly lang?: string | null
  /** Look at the tokens of a model instead of words; see docs/fidelity.md. Default: false. */
  readonly tokenization?: boolean | null
  /** Unwanted substrings; by default http, www, .com, href and //. */
  readonly substrings?: readonly (string)[] | string | null
}

/** Parameters of `replace_content_mapper`: Replaces what regular expressions match. */
export interface ReplaceContentMapperParams extends BaseParams {
  /** What to replace, in the syntax of the Python package `regex`; several are applied in turn. */
  readonly pattern?: string | readonly (string)[] | null
  /** What to put there, a Python template (`\1`, `\g<name>`); one for all patterns, or one for each. Default: "". */
  readonly repl?: string | readonly (string)[] | null
}

/** Parameters of `sentence_split_mapper`: Puts each sentence on a line of its own. */
export interface SentenceSplitMapperParams extends BaseParams {
  /** Language of the texts, by which a model is chosen; the rules are the same for all. Default: "en". */
  readonly lang?: string | null
  /** Folder `punkt_tab` of the data of NLTK: sentences then end where Data-Juicer ends them. Without it, rules decide. Default: "". */
  readonly punkt_dir?: string | null
}

/** Parameters of `special_characters_filter`: Keeps samples whose share of special characters lies within bounds. */
export interface SpecialCharactersFilterParams extends FilterParams {
  /** Smallest share that is kept. Default: 0. */
  readonly min_ratio?: number | null
  /** Largest share that is kept. Default: 0.25. */
  readonly max_ratio?: number | null
}

/** Parameters of `specified_field_filter`: Keeps samples whose field holds wanted values. */
export interface SpecifiedFieldFilterParams extends FilterParams {
  /** The field, with dots for nested ones. The statistic has the same name. Default: "". */
  readonly field_key?: string | null
  /** Wanted values; none keeps every sample. */
  readonly target_value?: readonly (RecipeJson)[] | string | null
}

/** Parameters of `specified_numeric_field_filter`: Keeps samples whose field holds a number within bounds. */
export interface SpecifiedNumericFieldFilterParams extends FilterParams {
  /** The field, with dots for nested ones. The statistic has the same name. Default: "". */
  readonly field_key?: string | null
  /** Smallest number that is kept. No bound by default. */
  readonly min_value?: number | null
  /** Largest number that is kept. No bound by default. */
  readonly max_value?: number | null
}

/** Parameters of `stopwords_filter`: Keeps samples whose share of stop words lies within bounds. */
export interface StopwordsFilterParams extends FilterParams {
  /** Language of the list; `all` for the words of every language. It names the model of `tokenization`, too. Default: "en". */
  readonly lang?: string | null
  /** Count the pieces of the SentencePiece model `{lang}.sp.model` instead of words; see docs/recipes.md. Default: false. */
  readonly tokenization?: boolean | null
  /** Folder of the model's files; otherwise they are looked for in the folders of PAWL_MODELS and in Data-Juicer's own cache. */
  readonly model_dir?: string | null
  /** Byte-pair encoding that serves where the model is not here; by default `substitute_tokenizer` of the recipe. */
  readonly substitute_tokenizer?: "o200k_base" | "cl100k_base" | "p50k_base" | "r50k_base" | null
  /** Smallest share that is kept. Default: 0.3. */
  readonly min_ratio?: number | null
  /** Largest share that is kept. Default: 1. */
  readonly max_ratio?: number | null
  /** Count groups of neighbouring words as words, too. Default: false. */
  readonly use_words_aug?: boolean | null
  /** Sizes of such groups. */
  readonly words_aug_group_sizes?: readonly (number)[] | null
  /** What joins the words of a group. Default: "". */
  readonly words_aug_join_char?: string | null
  /** Folder of JSON files whose name holds `stopwords`, each `{"en": ["word", …], …}`. Without any, lists that ship with Pawl serve. Default: "~/.cache/data_juicer/assets". */
  readonly stopwords_dir?: string | null
}

/** Parameters of `suffix_filter`: Keeps samples that come from files of certain suffixes. */
export interface SuffixFilterParams extends FilterParams {
  /** Wanted suffixes, dot and case as in `__dj__suffix__`; none keeps every sample. */
  readonly suffixes?: string | readonly (string)[] | null
}

/** Parameters of `tags_specified_field_selector`: Keeps the samples whose value in a field is one of those named. */
export interface TagsSpecifiedFieldSelectorParams extends BaseParams {
  /** Path of the field, such as `meta.lang` or `__dj__stats__.text_len`; without it all samples stay. */
  readonly field_key?: string | null
  /** Values that stay; of a text, each character is one. */
  readonly target_tags?: readonly (string | number | boolean | null)[] | string | null
}

/** Parameters of `text_chunk_mapper`: Cuts texts into chunks, each a sample of its own. */
export interface TextChunkMapperParams extends BaseParams {
  /** Longest chunk, in code points. */
  readonly max_len?: number | null
  /** Where to cut, a regular expression of Python; null cuts by length alone. Default: "\\n\\n". */
  readonly split_pattern?: string | null
  /** Code points that chunks cut by length share with the next. Default: 0. */
  readonly overlap_len?: number
  /** A tokenizer to measure length by; not supported. */
  readonly tokenizer?: null
  /** Of the tokenizer; has no effect. Default: false. */
  readonly trust_remote_code?: boolean | null
}

/** Parameters of `text_length_filter`: Keeps samples whose text length, in code points, lies within bounds. */
export interface TextLengthFilterParams extends FilterParams {
  /** Shortest text that is kept, in code points. Default: 10. */
  readonly min_len?: number | null
  /** Longest text that is kept, in code points. No bound by default. */
  readonly max_len?: number | null
}

/** Parameters of `token_num_filter`: Keeps samples whose number of tokens lies within bounds. */
export interface TokenNumFilterParams extends FilterParams {
  /** Tokenizer of Hugging Face: a folder with its `tokenizer.json`, or a name that is in the local cache. Default: "EleutherAI/pythia-6.9b-deduped". */
  readonly hf_tokenizer?: string | null
  /** Byte-pair encoding of OpenAI that tokens are counted by, in place of `hf_tokenizer`. */
  readonly encoding?: "o200k_base" | "cl100k_base" | "p50k_base" | "r50k_base" | null
  /** Folder of the model's files; otherwise they are looked for in the folders of PAWL_MODELS and in Data-Juicer's own cache. */
  readonly model_dir?: string | null
  /** Byte-pair encoding that serves where the model is not here; by default `substitute_tokenizer` of the recipe. */
  readonly substitute_tokenizer?: "o200k_base" | "cl100k_base" | "p50k_base" | "r50k_base" | null
  /** Fewest tokens that are kept. Default: 10. */
  readonly min_num?: number | null
  /** Most tokens that are kept. No bound by default. */
  readonly max_num?: number | null
}

/** Parameters of `tool_success_tagger_mapper`: Counts which tool calls of an agent went well. */
export interface ToolSuccessTaggerMapperParams extends BaseParams {
  /** Field with the messages. Default: "messages". */
  readonly messages_key?: string | null
  /** Roles of tool messages; by default tool and tool_use. */
  readonly tool_role_names?: readonly (string)[] | null
  /** Regular expressions of Python that tell success. */
  readonly success_patterns?: readonly (string)[] | null
  /** Regular expressions of Python that tell an error; they are tried first. */
  readonly error_patterns?: readonly (string)[] | null
  /** Note the result of each call as well. Default: true. */
  readonly store_per_tool_results?: boolean | null
}

/** Parameters of `topk_specified_field_selector`: Keeps the samples with the greatest (or least) values in a field. */
export interface TopkSpecifiedFieldSelectorParams extends BaseParams {
  /** Path of the field, such as `meta.lang` or `__dj__stats__.text_len`; without it all samples stay. */
  readonly field_key?: string | null
  /** Share of the samples that stay. */
  readonly top_ratio?: number | null
  /** Samples that stay; with `top_ratio`, the lesser of both. */
  readonly topk?: number | null
  /** Keep the greatest values; false, the least. Default: true. */
  readonly reverse?: boolean | null
}

/** Parameters of `usage_counter_mapper`: Adds up the token usage that a sample reports. */
export interface UsageCounterMapperParams extends BaseParams {
  /** Field with the answers of a model. Default: "choices". */
  readonly choices_key?: string | null
  /** Field with the usage of the whole sample. Default: "usage". */
  readonly usage_key?: string | null
  /** Field with notes on the answer. Default: "response_metadata". */
  readonly response_metadata_key?: string | null
  /** Count usages of the same three numbers once. Default: true. */
  readonly dedupe_identical_usage?: boolean | null
}

/** Parameters of `video_aspect_ratio_filter`: Keeps samples whose videos have a ratio of width to height within bounds. */
export interface VideoAspectRatioFilterParams extends FilterParams {
  /** Field that lists the paths of the videos. Default: "videos". */
  readonly video_key?: string | null
  /** Smallest ratio of width to height that is kept, such as "9/21" or "9:21". Default: "9/21". */
  readonly min_ratio?: string | null
  /** Largest such ratio that is kept. Default: "21/9". */
  readonly max_ratio?: string | null
  /** Whether any of the files has to lie within the bounds, or all of them. A sample without files stays. Default: "any". */
  readonly any_or_all?: "any" | "all"
}

/** Parameters of `video_duration_filter`: Keeps samples whose videos play for a time within bounds. */
export interface VideoDurationFilterParams extends FilterParams {
  /** Field that lists the paths of the videos. Default: "videos". */
  readonly video_key?: string | null
  /** Shortest video that is kept, in seconds. Default: 0. */
  readonly min_duration?: number | null
  /** Longest video that is kept, in seconds. No bound by default. */
  readonly max_duration?: number | null
  /** Whether any of the files has to lie within the bounds, or all of them. A sample without files stays. Default: "any". */
  readonly any_or_all?: "any" | "all"
  /** Whose figures are given: ffmpeg rounds seconds to six digits, av does not. Neither is needed. Default: "ffmpeg". */
  readonly video_backend?: "ffmpeg" | "av"
}

/** Parameters of `video_resolution_filter`: Keeps samples whose videos have a width and a height within bounds. */
export interface VideoResolutionFilterParams extends FilterParams {
  /** Field that lists the paths of the videos. Default: "videos". */
  readonly video_key?: string | null
  /** Smallest width that is kept, in pixels. Default: 1. */
  readonly min_width?: number | null
  /** Largest width that is kept. No bound by default. */
  readonly max_width?: number | null
  /** Smallest height that is kept, in pixels. Default: 1. */
  readonly min_height?: number | null
  /** Largest height that is kept. No bound by default. */
  readonly max_height?: number | null
  /** Whether any of the files has to lie within the bounds, or all of them. A sample without files stays. Default: "any". */
  readonly any_or_all?: "any" | "all"
}

/** Parameters of `whitespace_normalization_mapper`: Strips texts and turns all kinds of blanks into plain spaces. */
export interface WhitespaceNormalizationMapperParams extends BaseParams {

}

/** Parameters of `word_repetition_filter`: Keeps samples whose share of repeated word n-grams lies within bounds. */
export interface WordRepetitionFilterParams extends FilterParams {
  /** Language of the samples; names the model of `tokenization`. Default: "en". */
  readonly lang?: string | null
  /** Count the pieces of the SentencePiece model `{lang}.sp.model` instead of words; see docs/recipes.md. Default: false. */
  readonly tokenization?: boolean | null
  /** Folder of the model's files; otherwise they are looked for in the folders of PAWL_MODELS and in Data-Juicer's own cache. */
  readonly model_dir?: string | null
  /** Byte-pair encoding that serves where the model is not here; by default `substitute_tokenizer` of the recipe. */
  readonly substitute_tokenizer?: "o200k_base" | "cl100k_base" | "p50k_base" | "r50k_base" | null
  /** Length of the n-grams, in words. Default: 10. */
  readonly rep_len?: number
  /** Smallest share that is kept. Default: 0. */
  readonly min_ratio?: number | null
  /** Largest share that is kept. Default: 0.5. */
  readonly max_ratio?: number | null
}

/** Parameters of `words_num_filter`: Keeps samples whose number of words lies within bounds. */
export interface WordsNumFilterParams extends FilterParams {
  /** Language of the samples; names the model of `tokenization`. Default: "en". */
  readonly lang?: string | null
  /** Count the pieces of the SentencePiece model `{lang}.sp.model` instead of words; see docs/recipes.md. Default: false. */
  readonly tokenization?: boolean | null
  /** Folder of the model's files; otherwise they are looked for in the folders of PAWL_MODELS and in Data-Juicer's own cache. */
  readonly model_dir?: string | null
  /** Byte-pair encoding that serves where the model is not here; by default `substitute_tokenizer` of the recipe. */
  readonly substitute_tokenizer?: "o200k_base" | "cl100k_base" | "p50k_base" | "r50k_base" | null
  /** Fewest words that are kept. Default: 10. */
  readonly min_num?: number | null
  /** Most words that are kept. No bound by default. */
  readonly max_num?: number | null
}

/**
 * The parameters of each operator, by its name. Add your own operators to it, so that recipes may name them:
 * `declare module 'pawl' { interface OperatorParams { shout_mapper: { loud?: boolean } } }`
 */
export interface OperatorParams {
  /** Notes signals of a bad case in an agent dialog, and a tier that follows from them. */
  agent_bad_case_signal_mapper: AgentBadCaseSignalMapperParams
  /** Turns chat messages into text, history, query and response. */
  agent_dialog_normalize_mapper: AgentDialogNormalizeMapperParams
  /** Notes which tools an agent used most. */
  agent_tool_type_mapper: AgentToolTypeMapperParams
  /** Keeps samples whose share of letters and numbers lies within bounds. */
  alphanumeric_filter: AlphanumericFilterParams
  /** Keeps samples whose audios play for a time within bounds. */
  audio_duration_filter: AudioDurationFilterParams
  /** Keeps samples whose audio files have a size within bounds. */
  audio_size_filter: AudioSizeFilterParams
  /** Keeps samples whose average line length lies within bounds. */
  average_line_length_filter: AverageLineLengthFilterParams
  /** Keeps samples whose share of repeated character n-grams lies within bounds. */
  character_repetition_filter: CharacterRepetitionFilterParams
  /** Converts between simplified and traditional Chinese. */
  chinese_convert_mapper: ChineseConvertMapperParams
  /** Removes copyright comments at the head of source code. */
  clean_copyright_mapper: CleanCopyrightMapperParams
  /** Replaces e-mail addresses. */
  clean_email_mapper: CleanEmailMapperParams
  /** Reduces HTML to its text. */
  clean_html_mapper: CleanHtmlMapperParams
  /** Replaces IP addresses. */
  clean_ip_mapper: CleanIpMapperParams
  /** Replaces links. */
  clean_links_mapper: CleanLinksMapperParams
  /** Removes samples whose text equals that of an earlier one. */
  document_deduplicator: DocumentDeduplicatorParams
  /** Removes from all samples the lines that occur in many of them. */
  document_line_deduplicator: DocumentLineDeduplicatorParams
  /** Removes samples whose text is nearly that of an earlier one, by MinHash. */
  document_minhash_deduplicator: DocumentMinhashDeduplicatorParams
  /** Removes samples whose text is nearly that of one with a smaller `__dj__uid`, by MinHash. */
  document_minhash_deduplicator_with_uid: DocumentMinhashDeduplicatorWithUidParams
  /** Removes samples whose text is nearly that of an earlier one, by SimHash. */
  document_simhash_deduplicator: DocumentSimhashDeduplicatorParams
  /** Writes out LaTeX macros that take no arguments. */
  expand_macro_mapper: ExpandMacroMapperParams
  /** Notes the tables that HTML texts hold. */
  extract_tables_from_html_mapper: ExtractTablesFromHtmlMapperParams
  /** Keeps samples to which a fastText classifier of your own gives some labels with enough confidence. */
  fasttext_classifier_filter: FasttextClassifierFilterParams
  /** Repairs broken Unicode and normalises it. */
  fix_unicode_mapper: FixUnicodeMapperParams
  /** Keeps samples whose share of flagged words lies within bounds. */
  flagged_words_filter: FlaggedWordsFilterParams
  /** Keeps the samples whose values in a field are among the commonest (or rarest). */
  frequency_specified_field_selector: FrequencySpecifiedFieldSelectorParams
  /** Keeps samples for which a condition on their fields holds. */
  general_field_filter: GeneralFieldFilterParams
  /** Keeps samples whose images have a ratio of width to height within bounds. */
  image_aspect_ratio_filter: ImageAspectRatioFilterParams
  /** Keeps samples whose images have a width and a height within bounds. */
  image_shape_filter: ImageShapeFilterParams
  /** Keeps samples whose image files have a size within bounds. */
  image_size_filter: ImageSizeFilterParams
  /** Makes one sample of those with the same values in some fields: each field becomes the list of its values. */
  key_value_grouper: KeyValueGrouperParams
  /** Keeps samples in given languages of which the model is sure enough. */
  language_id_score_filter: LanguageIdScoreFilterParams
  /** Makes a sample of each figure of a LaTeX document; documents without figures go. */
  latex_figure_context_extractor_mapper: LatexFigureContextExtractorMapperParams
  /** Joins the LaTeX sources of an archive to one text. */
  latex_merge_tex_mapper: LatexMergeTexMapperParams
  /** Keeps samples whose longest line lies within bounds. */
  maximum_line_length_filter: MaximumLineLengthFilterParams
  /** Makes one sample of all: each field becomes the list of its values. */
  naive_grouper: NaiveGrouperParams
  /** Makes of a sample whose fields are lists one sample for each of their items. */
  naive_reverse_grouper: NaiveReverseGrouperParams
  /** Keeps samples whose perplexity under a KenLM language model lies within bounds. */
  perplexity_filter: PerplexityFilterParams
  /** Masks personal data and secrets. */
  pii_redaction_mapper: PiiRedactionMapperParams
  /** Replaces Unicode punctuation by ASCII punctuation. */
  punctuation_normalization_mapper: PunctuationNormalizationMapperParams
  /** Keeps a number or a share of the samples, chosen at random by the seed of the recipe. */
  random_selector: RandomSelectorParams
  /** Keeps the samples whose values in a field lie between two ranks or percentiles. */
  range_specified_field_selector: RangeSpecifiedFieldSelectorParams
  /** The same as document_minhash_deduplicator, under the name that it has for Ray. */
  ray_bts_minhash_cpp_deduplicator: RayBtsMinhashCppDeduplicatorParams
  /** The same as document_minhash_deduplicator, under the name that it has for Ray. */
  ray_bts_minhash_deduplicator: RayBtsMinhashDeduplicatorParams
  /** Removes samples whose text equals that of an earlier one; those without text are duplicates of one another. */
  ray_document_deduplicator: RayDocumentDeduplicatorParams
  /** Cuts LaTeX documents off at their bibliography or appendix. */
  remove_bibliography_mapper: RemoveBibliographyMapperParams
  /** Removes comments of LaTeX documents. */
  remove_comments_mapper: RemoveCommentsMapperParams
  /** Removes what stands before the first section of LaTeX documents. */
  remove_header_mapper: RemoveHeaderMapperParams
  /** Removes words whose length lies outside bounds. */
  remove_long_words_mapper: RemoveLongWordsMapperParams
  /** Deletes everything but Chinese characters. */
  remove_non_chinese_character_mapper: RemoveNonChineseCharacterMapperParams
  /** Removes sentences that occurred before in the text. */
  remove_repeat_sentences_mapper: RemoveRepeatSentencesMapperParams
  /** Deletes given characters. */
  remove_specific_chars_mapper: RemoveSpecificCharsMapperParams
  /** Removes tables written as text. */
  remove_table_text_mapper: RemoveTableTextMapperParams
  /** Removes words that hold unwanted substrings. */
  remove_words_with_incorrect_substrings_mapper: RemoveWordsWithIncorrectSubstringsMapperParams
  /** Replaces what regular expressions match. */
  replace_content_mapper: ReplaceContentMapperParams
  /** Puts each sentence on a line of its own. */
  sentence_split_mapper: SentenceSplitMapperParams
  /** Keeps samples whose share of special characters lies within bounds. */
  special_characters_filter: SpecialCharactersFilterParams
  /** Keeps samples whose field holds wanted values. */
  specified_field_filter: SpecifiedFieldFilterParams
  /** Keeps samples whose field holds a number within bounds. */
  specified_numeric_field_filter: SpecifiedNumericFieldFilterParams
  /** Keeps samples whose share of stop words lies within bounds. */
  stopwords_filter: StopwordsFilterParams
  /** Keeps samples that come from files of certain suffixes. */
  suffix_filter: SuffixFilterParams
  /** Keeps the samples whose value in a field is one of those named. */
  tags_specified_field_selector: TagsSpecifiedFieldSelectorParams
  /** Cuts texts into chunks, each a sample of its own. */
  text_chunk_mapper: TextChunkMapperParams
  /** Keeps samples whose text length, in code points, lies within bounds. */
  text_length_filter: TextLengthFilterParams
  /** Keeps samples whose number of tokens lies within bounds. */
  token_num_filter: TokenNumFilterParams
  /** Counts which tool calls of an agent went well. */
  tool_success_tagger_mapper: ToolSuccessTaggerMapperParams
  /** Keeps the samples with the greatest (or least) values in a field. */
  topk_specified_field_selector: TopkSpecifiedFieldSelectorParams
  /** Adds up the token usage that a sample reports. */
  usage_counter_mapper: UsageCounterMapperParams
  /** Keeps samples whose videos have a ratio of width to height within bounds. */
  video_aspect_ratio_filter: VideoAspectRatioFilterParams
  /** Keeps samples whose videos play for a time within bounds. */
  video_duration_filter: VideoDurationFilterParams
  /** Keeps samples whose videos have a width and a height within bounds. */
  video_resolution_filter: VideoResolutionFilterParams
  /** Strips texts and turns all kinds of blanks into plain spaces. */
  whitespace_normalization_mapper: WhitespaceNormalizationMapperParams
  /** Keeps samples whose share of repeated word n-grams lies within bounds. */
  word_repetition_filter: WordRepetitionFilterParams
  /** Keeps samples whose number of words lies within bounds. */
  words_num_filter: WordsNumFilterParams
}

/** Everything that a recipe may say. Units are in the names of keys, or in what is told of them. */
export interface RecipeInput {
  /** A name for people. */
  readonly project_name?: string | null
  /** A file, a folder, a pattern, a list of them, or a weighted mixture ("0.7 a.jsonl 0.3 b.jsonl"). */
  readonly dataset_path?: string | readonly (string)[]
  /** Several datasets, each with a path and, if wanted, a weight. */
  readonly dataset?: {
    readonly configs: readonly ({
      /** Where the data is; local files only. Default: "local". */
      readonly type?: "local"
      /** A file, a folder or a pattern. */
      readonly path: string
      /** Share of its samples that are taken. */
      readonly weight?: number
    })[]
    readonly max_sample_num?: unknown
  }
  /** Only files with these suffixes are read. */
  readonly suffixes?: string | readonly (string)[]
  /** What becomes of two names of one file (links of any kind): an error, or two inputs. Default: "refuse". */
  readonly duplicates?: "refuse" | "keep"
  /** Where the result goes; the suffix names format and compression. A name without suffix is a folder of JSONL shards. Default: "./outputs/hello_world/hello_world.jsonl". */
  readonly export_path?: string
  /** Format of the result where the suffix does not say it. */
  readonly export_type?: "jsonl" | "json" | "csv" | "tsv" | "parquet" | "arrow" | null
  /** Bytes of JSON text a shard; 0 for one file. Default: 0. */
  readonly export_shard_size?: number
  /** Replace what stands at export_path, also if another job or program wrote it; it is moved aside. Default: false. */
  readonly overwrite?: boolean
  /** Begin also where the disk seems too small for the result. Default: false. */
  readonly ignore_disk?: boolean
  /** Keep the statistics of each sample in the result (__dj__stats__). Default: false. */
  readonly keep_stats_in_res_ds?: boolean
  /** Keep the hashes that deduplicators compute in the result. Default: false. */
  readonly keep_hashes_in_res_ds?: boolean
  /** Where units run: on this machine, or on the Ray cluster of ray_address (ray_partitioned; see docs/ray.md). ray runs on this machine, with a warning. Default: "default". */
  readonly executor_type?: "default" | "local" | "ray" | "ray_partitioned"
  /** The Ray cluster: host:port of its head, or auto for the one that this machine belongs to. Default: "auto". */
  readonly ray_address?: string
  /** Where workers run on a Ray cluster. */
  readonly ray?: {
    /** CPUs that Ray sets aside for each worker. Default: 1. */
    readonly num_cpus_per_worker?: number
    /** Megabytes that Ray sets aside for each worker; none by default. */
    readonly memory_per_worker_mb?: number | null
    /** Custom resources of Ray that each worker needs, such as {fast_disk: 1}. */
    readonly resources?: { readonly [key: string]: number }
    /** Environment of workers in Ray’s words, such as {env_vars: {PAWL_HOME: /opt/pawl}}. */
    readonly runtime_env?: { readonly [key: string]: unknown }
    /** Workers over all nodes, or on few. Default: "spread". */
    readonly placement?: "spread" | "pack"
    /** Work begins once so many workers are up; so many stay while idle. Default: 1. */
    readonly min_workers?: number
    /** Most workers that are asked for; by default np, and without that what the cluster has room for. */
    readonly max_workers?: number | null
  }
  /** How processes on one job share it: each takes what nobody holds, or has its share by hash (PAWL_SHARD, PAWL_SHARDS, or a Slurm array). Default: "lease". */
  readonly shard?: "lease" | "hash"
  /** Worker processes; by default the cores that this process may use. */
  readonly np?: number | null
  /** Folder of jobs; {job_id} must come last in it and is appended where it is absent. By default the folder of export_path. */
  readonly work_dir?: string | null
  /** Folders that lie elsewhere on other hosts, by name, such as {data: /mnt/a}; PAWL_ROOT_DATA=/mnt/b says where one is on a host. Paths may begin with root:data. */
  readonly roots?: { readonly [key: string]: string }
  /** Name of the job; one that exists is gone on with. By default the job of this work dir that wrote export_path or is about to, else a new one named after it. */
  readonly job_id?: string | null
  /** Begin a new job under {YYYYMMDD}_{HHMMSS}_{6 hex}, where job_id names none. Default: false. */
  readonly new_job?: boolean
  /** Folder of copies of partitions (write_partitions); by default partitions/ in the job directory. */
  readonly partition_dir?: string | null
  /** Folder of the event log; by default the job directory. */
  readonly event_log_dir?: string | null
  /** Folder of checkpoints; by default checkpoints/ in the job directory. */
  readonly checkpoint_dir?: string | null
  /** Field that operators work on; nested with dots. Of several, the first. */
  readonly text_keys?: string | readonly (string)[]
  /** Field that lists the paths of images, for operators that name none; by default images. */
  readonly image_key?: string | null
  /** Field that lists the bytes of images; by default image_bytes. */
  readonly image_bytes_key?: string | null
  /** Field that lists the paths of audios; by default audios. */
  readonly audio_key?: string | null
  /** Field that lists the paths of videos; by default videos. */
  readonly video_key?: string | null
  /** Seed of random choices. Default: 42. */
  readonly seed?: number
  /** What becomes of a sample that an operator fails on, or that is no valid record. Default: "quarantine". */
  readonly on_error?: "quarantine" | "fail" | "skip"
  /** What becomes of NaN and infinities in the input: kept, replaced by null, or the sample set aside. Default: "keep". */
  readonly nan?: "keep" | "null" | "refuse"
  /** Types of CSV columns where what their first rows look like is not meant, such as {zip: text}. */
  readonly csv_types?: { readonly [key: string]: "text" | "number" }
  /** Whether folders such as lang=en give their samples a field of that name; left out without it, with a warning. */
  readonly hive_partitioning?: boolean | null
  /** Share of the samples that may be set aside before the job ends with exit 1, to be resumed. Default: 0.5. */
  readonly max_quarantine_ratio?: number
  /** A larger record is set aside by reference. Default: 64. */
  readonly max_sample_mb?: number
  /** Modules (.js, .mjs or .ts) with operators of your own. */
  readonly custom_operator_paths?: string | readonly (string)[]
  /** Show in trace/ of the job, by example, what each operator does to samples. Default: false. */
  readonly open_tracer?: boolean
  /** Operators that are traced; all where none is named. */
  readonly op_list_to_trace?: string | readonly (string)[]
  /** Most samples that are shown of an operator. Default: 10. */
  readonly trace_num?: number
  /** Fields that are shown beside the text of what mappers changed. */
  readonly trace_keys?: string | readonly (string)[]
  /** How the dataset is divided. */
  readonly partition?: {
    /** auto: sizes follow from a look at the dataset; manual: num_of_partitions. Default: "auto". */
    readonly mode?: "auto" | "manual"
    /** Exactly so many partitions, in manual mode; 4 where nothing is said. */
    readonly num_of_partitions?: number | "auto" | null
    /** How much a partition should hold in auto mode; 128, 256, 512 or 1024 in Data-Juicer, any size here. Default: 256. */
    readonly target_size_mb?: number
    /** Samples a partition: in manual mode where no number is given, in auto mode where the dataset cannot be looked at. */
    readonly size?: number | null
    /** Ceiling of the size of a partition where the dataset cannot be looked at. Default: 256. */
    readonly max_size_mb?: number
    /** Accepted for Data-Juicer recipes; has no effect. */
    readonly execution_group_size?: unknown
    /** Accepted for Data-Juicer recipes; has no effect. */
    readonly gpu_preflight_enabled?: unknown
    /** Accepted for Data-Juicer recipes; has no effect. */
    readonly gpu_probe_sample_offset?: unknown
    /** Accepted for Data-Juicer recipes; has no effect. */
    readonly gpu_probe_sample_seed?: unknown
    /** Accepted for Data-Juicer recipes; has no effect. */
    readonly gpu_probe_sample_shuffle?: unknown
    /** Accepted for Data-Juicer recipes; has no effect. */
    readonly gpu_probe_steady_batches?: unknown
    /** Accepted for Data-Juicer recipes; has no effect. */
    readonly gpu_probe_timeout_seconds?: unknown
    /** Accepted for Data-Juicer recipes; has no effect. */
    readonly gpu_probe_warmup_batches?: unknown
    /** Accepted for Data-Juicer recipes; has no effect. */
    readonly max_concurrent_gpu_probes?: unknown
    /** Accepted for Data-Juicer recipes; has no effect. */
    readonly max_concurrent_partitions?: unknown
    /** Accepted for Data-Juicer recipes; has no effect. */
    readonly max_gpu_workers_per_device?: unknown
    /** Accepted for Data-Juicer recipes; has no effect. */
    readonly max_initialization_overhead_ratio?: unknown
    /** Accepted for Data-Juicer recipes; has no effect. */
    readonly partitions_per_node?: unknown
  }
  /** Where checkpoints go. */
  readonly checkpoint?: {
    /** Whether optional checkpoints are written at all. Default: true. */
    readonly enabled?: boolean
    /** Where optional checkpoints go. Finished partitions and what barriers need are committed under every strategy. Default: "every_n_ops". */
    readonly strategy?: "every_n_ops" | "every_op" | "manual" | "disabled"
    /** every_n_ops: a checkpoint after so many operators. Default: 5. */
    readonly n_ops?: number
    /** manual: a checkpoint after each of these operators; op[1] for the second of several. */
    readonly op_names?: string | readonly (string)[]
  }
  /** How checkpoints are stored and how long they stay. */
  readonly intermediate_storage?: {
    /** Format of checkpoints. Default: "parquet". */
    readonly format?: "parquet" | "arrow" | "jsonl"
    /** Compression of checkpoints; see docs/architecture.md for what it means in each format. Default: "snappy". */
    readonly compression?: "snappy" | "gzip" | "none"
    /** Keep checkpoints that a later one of the same partition has overtaken. Default: true. */
    readonly preserve_intermediate_data?: boolean
    /** What of the checkpoints stays once the job is complete. Default: "keep_all". */
    readonly retention_policy?: "keep_all" | "keep_failed_only" | "cleanup_all"
    /** Also write a copy of each partition of the input under partitions/. Default: false. */
    readonly write_partitions?: boolean
  }
  /** The event log. */
  readonly event_logging?: {
    /** Whether events are written to events_*.jsonl. Default: true. */
    readonly enabled?: boolean
    /** Size at which the event log is rotated. Default: 100. */
    readonly max_log_size_mb?: number
    /** Rotated event logs that are kept. Default: 5. */
    readonly backup_count?: number
  }
  /** Limits of worker processes. */
  readonly worker?: {
    /** A worker process that uses more memory than this is ended and its unit retried. Default: 1024. */
    readonly memory_mb?: number
    /** A worker that reports no progress for so long is taken for stuck, ended, and its unit retried. Default: 600. */
    readonly stall_timeout_s?: number
    /** How often a unit may lose its worker before it fails, unless a guilty sample is found. Default: 6. */
    readonly max_losses?: number
    /** Delay before the first retry; doubles with each further one, up to 30 s. Default: 0.5. */
    readonly retry_delay_s?: number
  }
  /** Byte-pair encoding that counts tokens where the model of an operator is not here; with a warning. */
  readonly substitute_tokenizer?: "o200k_base" | "cl100k_base" | "p50k_base" | "r50k_base" | null
  /** Take warnings about the recipe for errors. Default: false. */
  readonly strict?: boolean
  /** Run without the operators, keys and parameters that there are not here; the summary says which. Default: false. */
  readonly skip_unsupported?: boolean
  /** The operators, in order: a name, or a name with its parameters. */
  readonly process?: readonly ProcessEntry[]
  /** Accepted for Data-Juicer recipes; has no effect. */
  readonly adaptive_batch_size?: unknown
  /** Accepted for Data-Juicer recipes; has no effect. */
  readonly audio_special_token?: unknown
  /** Accepted for Data-Juicer recipes; has no effect. */
  readonly auto?: unknown
  /** Accepted for Data-Juicer recipes; has no effect. */
  readonly auto_num?: unknown
  /** Accepted for Data-Juicer recipes; has no effect. */
  readonly auto_op_parallelism?: unknown
  /** Accepted for Data-Juicer recipes; has no effect. */
  readonly cache_compress?: unknown
  /** Accepted for Data-Juicer recipes; has no effect. */
  readonly conflict_resolve_strategy?: unknown
  /** Accepted for Data-Juicer recipes; has no effect. */
  readonly data_probe_algo?: unknown
  /** Accepted for Data-Juicer recipes; has no effect. */
  readonly data_probe_ratio?: unknown
  /** Accepted for Data-Juicer recipes; has no effect. */
  readonly debug?: unknown
  /** Accepted for Data-Juicer recipes; has no effect. */
  readonly decrypt_after_reading?: unknown
  /** Accepted for Data-Juicer recipes; has no effect. */
  readonly ds_cache_dir?: unknown
  /** Accepted for Data-Juicer recipes; has no effect. */
  readonly elastic_juicer_adaptive_batching?: unknown
  /** Accepted for Data-Juicer recipes; has no effect. */
  readonly elastic_juicer_profile_seed?: unknown
  /** Accepted for Data-Juicer recipes; has no effect. */
  readonly encrypt_before_export?: unknown
  /** Accepted for Data-Juicer recipes; has no effect. */
  readonly encryption_key_path?: unknown
  /** Accepted for Data-Juicer recipes; has no effect. */
  readonly eoc_special_token?: unknown
  /** Accepted for Data-Juicer recipes; has no effect. */
  readonly export_aws_credentials?: unknown
  /** Accepted for Data-Juicer recipes; has no effect. */
  readonly export_extra_args?: unknown
  /** Accepted for Data-Juicer recipes; has no effect. */
  readonly export_in_parallel?: unknown
  /** Accepted for Data-Juicer recipes; has no effect. */
  readonly export_original_dataset?: unknown
  /** Accepted for Data-Juicer recipes; has no effect. */
  readonly fusion_strategy?: unknown
  /** Accepted for Data-Juicer recipes; has no effect. */
  readonly generated_dataset_config?: unknown
  /** Accepted for Data-Juicer recipes; has no effect. */
  readonly hpo_config?: unknown
  /** Accepted for Data-Juicer recipes; has no effect. */
  readonly image_special_token?: unknown
  /** Accepted for Data-Juicer recipes; has no effect. */
  readonly load_dataset_kwargs?: unknown
  /** Accepted for Data-Juicer recipes; has no effect. */
  readonly load_jsonl_lenient?: unknown
  /** Accepted for Data-Juicer recipes; has no effect. */
  readonly mapper_fusion?: unknown
  /** Accepted for Data-Juicer recipes; has no effect. */
  readonly mapper_fusion_vram_limit?: unknown
  /** Accepted for Data-Juicer recipes; has no effect. */
  readonly min_common_dep_num_to_combine?: unknown
  /** Accepted for Data-Juicer recipes; has no effect. */
  readonly op_fusion?: unknown
  /** Accepted for Data-Juicer recipes; has no effect. */
  readonly op_list_to_mine?: unknown
  /** Accepted for Data-Juicer recipes; has no effect. */
  readonly open_insight_mining?: unknown
  /** Accepted for Data-Juicer recipes; has no effect. */
  readonly open_monitor?: unknown
  /** Accepted for Data-Juicer recipes; has no effect. */
  readonly override_num_blocks?: unknown
  /** Accepted for Data-Juicer recipes; has no effect. */
  readonly percentiles?: unknown
  /** Accepted for Data-Juicer recipes; has no effect. */
  readonly read_options?: unknown
  /** Accepted for Data-Juicer recipes; has no effect. */
  readonly resume?: unknown
  /** Accepted for Data-Juicer recipes; has no effect. */
  readonly save_stats_in_one_file?: unknown
  /** Accepted for Data-Juicer recipes; has no effect. */
  readonly skip_op_error?: unknown
  /** Accepted for Data-Juicer recipes; has no effect. */
  readonly strict_preflight?: unknown
  /** Accepted for Data-Juicer recipes; has no effect. */
  readonly temp_dir?: unknown
  /** Accepted for Data-Juicer recipes; has no effect. */
  readonly turbo?: unknown
  /** Accepted for Data-Juicer recipes; has no effect. */
  readonly use_cache?: unknown
  /** Accepted for Data-Juicer recipes; has no effect. */
  readonly use_checkpoint?: unknown
  /** Accepted for Data-Juicer recipes; has no effect. */
  readonly use_dag?: unknown
  /** Accepted for Data-Juicer recipes; has no effect. */
  readonly validators?: unknown
  /** Accepted for Data-Juicer recipes; has no effect. */
  readonly video_special_token?: unknown
}

/** An entry of `process`: the name of an operator, or one name with its parameters. */
export type ProcessEntry = keyof OperatorParams | { [Name in keyof OperatorParams]: OperatorEntry<Name> }[keyof OperatorParams]

/** An operator with its parameters, and no other operator beside it. */
export type OperatorEntry<Name extends keyof OperatorParams> = { readonly [Key in Name]: OperatorParams[Key] | null } & {
  readonly [Other in Exclude<keyof OperatorParams, Name>]?: never
}
