import { defineMapper } from '../define.js'
import { replaceEmails } from '../text/emails.js'
import { replacing, replacingParams } from './replacing.js'

/** Removes or replaces e-mail addresses (Data-Juicer). */
export const cleanEmailMapper = defineMapper({
  name: 'clean_email_mapper',
  summary: 'Replaces e-mail addresses.',
  params: replacingParams,
  example: {
    params: { repl: '<EMAIL>' },
    cases: [{ before: { text: 'Write to jo.doe@example.org today.' }, after: [{ text: 'Write to <EMAIL> today.' }] }],
  },
  create: (params, { textKey }) => replacing(params, textKey, replaceEmails),
})
