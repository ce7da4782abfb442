import type { UnsupportedOperator } from '../core/operator.js'

/** Operators of Data-Juicer 1.6.1 that Pawl does not run, by why. */
const absent: readonly (readonly [reason: string, names: string, instead: string])[] = [
  [
    'needs a large language model',
    'agent_insight_llm_mapper agent_skill_insight_mapper agent_tool_relevance_mapper agent_trace_coherence_mapper calibrate_qa_mapper calibrate_query_mapper calibrate_response_mapper detect_character_attributes_mapper detect_character_locations_mapper detect_main_character_mapper dialog_clarification_quality_mapper dialog_coreference_mapper dialog_error_recovery_mapper dialog_intent_detection_mapper dialog_memory_consistency_mapper dialog_non_repetition_mapper dialog_proactivity_mapper dialog_sentiment_detection_mapper dialog_sentiment_intensity_mapper dialog_topic_detection_mapper dialog_topic_shift_mapper entity_attribute_aggregator extract_entity_attribute_mapper extract_entity_relation_mapper extract_event_mapper extract_keyword_mapper extract_nickname_mapper extract_support_text_mapper generate_qa_from_examples_mapper generate_qa_from_text_mapper llm_analysis_filter llm_condition_filter llm_difficulty_score_filter llm_extract_mapper llm_quality_score_filter llm_task_relevance_filter meta_tags_aggregator most_relevant_entities_aggregator nested_aggregator optimize_prompt_mapper optimize_qa_mapper optimize_query_mapper optimize_response_mapper pair_preference_mapper pii_llm_suspect_mapper relation_identity_mapper text_tagging_by_prompt_mapper',
    'ask a model from an operator of your own (custom_operator_paths; `concurrency` has many requests under way at once)',
  ],
  [
    'decodes images, audio or video',
    'audio_add_gaussian_noise_mapper audio_ffmpeg_wrapped_mapper audio_nmf_snr_filter export_to_lerobot_mapper image_aesthetics_filter image_blur_mapper image_captioning_from_gpt4v_mapper image_captioning_mapper image_deduplicator image_detection_yolo_mapper image_diffusion_mapper image_face_blur_mapper image_face_count_filter image_face_ratio_filter image_mmpose_mapper image_nsfw_filter image_ohem_selector image_pair_similarity_filter image_remove_background_mapper image_sam_3d_body_mapper image_segment_mapper image_subplot_filter image_tagging_mapper image_tagging_vlm_mapper image_text_matching_filter image_text_similarity_filter image_watermark_filter imgdiff_difference_area_generator_mapper imgdiff_difference_caption_generator_mapper mllm_mapper phrase_grounding_recall_filter ray_image_deduplicator ray_video_deduplicator sdxl_prompt2prompt_mapper vggt_mapper video_active_speaker_detect_mapper video_aesthetics_filter video_atomic_action_segment_mapper video_audio_ASR_mapper video_audio_speech_emotion_mapper video_camera_calibration_deepcalib_mapper video_camera_calibration_droidcalib_mapper video_camera_calibration_moge_mapper video_camera_pose_megasam_mapper video_captioning_face_attribute_emotion_mapper video_captioning_from_frames_mapper video_captioning_from_human_tracks_mapper video_captioning_from_video_mapper video_captioning_from_vlm_mapper video_clip_reassembly_mapper video_deduplicator video_depth_estimation_mapper video_extract_frames_mapper video_face_blur_mapper video_face_ratio_filter video_ffmpeg_wrapped_mapper video_frames_text_similarity_filter video_hand_action_compute_mapper video_hand_motion_smooth_mapper video_hand_reconstruction_hawor_mapper video_hand_reconstruction_mapper video_human_tracks_extraction_mapper video_human_tracks_face_demographic_mapper video_motion_score_filter video_motion_score_ptlflow_filter video_motion_score_raft_filter video_nsfw_filter video_object_segmenting_mapper video_ocr_area_ratio_filter video_remove_watermark_mapper video_resize_aspect_ratio_mapper video_resize_resolution_mapper video_split_by_duration_mapper video_split_by_key_frame_mapper video_split_by_scene_mapper video_tagging_from_audio_mapper video_tagging_from_frames_filter video_tagging_from_frames_mapper video_trajectory_overlay_mapper video_undistort_mapper video_watermark_filter video_whole_body_pose_estimation_mapper',
    'bring an operator of your own with custom_operator_paths',
  ],
  [
    'moves files over the network',
    'download_file_mapper s3_download_file_mapper s3_upload_file_mapper',
    'move them before and after the run',
  ],
  [
    'needs people to annotate',
    'human_preference_annotation_mapper',
    'export the samples, have them annotated, and go on from the annotated file with another recipe',
  ],
  [
    'needs a language model or a parser with trained weights',
    'in_context_influence_filter instruction_following_difficulty_filter llm_perplexity_filter query_intent_detection_mapper query_sentiment_detection_mapper query_topic_detection_mapper sentence_augmentation_mapper text_action_filter text_embd_similarity_filter text_entity_dependency_filter text_pair_similarity_filter',
    'bring an operator of your own with custom_operator_paths',
  ],
  [
    'rewrites text at random by a Python library',
    'nlpaug_en_mapper nlpcda_zh_mapper',
    'bring an operator of your own with custom_operator_paths',
  ],
  [
    'runs several operators as one, which Pawl does anyway where they stand one after the other',
    'fused_sequential_batch_op general_fused_op',
    'name them one after the other',
  ],
  [
    'runs Python code',
    'python_file_mapper python_lambda_mapper',
    'write it in JavaScript or TypeScript as an operator of your own (custom_operator_paths)',
  ],
  [
    'needs a Ray cluster of its own',
    'llm_ray_vllm_engine_pipeline  ray_repartition_pipeline vlm_ray_vllm_engine_pipeline',
    'leave it out: partitions are spread over workers anyway',
  ],
]

/** Why each of these operators is refused, and what to do instead. */
export const unsupportedOperators: ReadonlyMap<string, UnsupportedOperator> = new Map(
  absent.flatMap(([reason, names, instead]) =>
    names.split(' ').map(name => {
      const message = `${name} of Data-Juicer is not part of Pawl: it ${reason}; ${instead}, or leave it out with --skip_unsupported`
      return [name, { name, status: 'absent', reason, message }] as const
    }),
  ),
)
