import { z } from 'zod'
import { integer } from '../params.js'

export const ratio = z.number().nullish()
export const count = integer.nullish()
export const fieldKeyParam = z
  .string()
  .nullish()
  .describe('Path of the field, such as `meta.lang` or `__dj__stats__.text_len`; without it all samples stay.')
