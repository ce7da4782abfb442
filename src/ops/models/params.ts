import { z } from 'zod'
import { encodings } from '../text/tokens/token-counter.js'

export const modelDirParam = z
  .string()
  .nullish()
  .describe(
    "Folder of the model's files; otherwise they are looked for in the folders of PAWL_MODELS and in Data-Juicer's own cache.",
  )

export const substituteParam = z
  .enum(encodings)
  .nullish()
  .describe(
    'Byte-pair encoding that serves where the model is not here; by default `substitute_tokenizer` of the recipe.',
  )
