import { z } from 'zod'
import type { JsonValue } from '../../core/json.js'
import { defineMapper } from '../define.js'
import { bool, text } from '../params.js'
import { maskField, maskMessages, maskNested } from '../text/pii/record.js'
import { type Kind, kinds, masking, type Replace } from '../text/pii/rules.js'
import { PythonPattern } from '../text/python-regex/pattern.js'
import { PatternError } from '../text/python-regex/pattern-error.js'

/** Masks personal data and secrets in texts, messages and tool calls (Data-Juicer). */
export const piiRedactionMapper = defineMapper({
  name: 'pii_redaction_mapper',
  summary: 'Masks personal data and secrets.',
  params: {
    mask_paths: bool(true).describe('Mask paths of files.'),
    mask_emails: bool(true).describe('Mask e-mail addresses.'),
    mask_secrets: bool(true).describe('Mask values of keys such as password and token.'),
    mask_ids: bool(true).describe('Mask ids of sessions, users, requests and traces.'),
    mask_phones: bool(true).describe('Mask phone numbers, Chinese and international.'),
    mask_id_cards: bool(true).describe('Mask numbers of Chinese identity cards.'),
    mask_channel_ids: bool(true).describe('Mask names of channels.'),
    mask_platform_open_ids: bool(true).describe('Mask open ids of chat platforms.'),
    mask_pem: bool(true).describe('Mask PEM blocks.'),
    mask_jwt: bool(true).describe('Mask JSON web tokens.'),
    mask_urls: bool(false).describe('Mask web addresses.'),
    mask_ips: bool(true).describe('Mask IP addresses.'),
    mask_macs: bool(true).describe('Mask MAC addresses.'),
    path_replacement: text('[PATH_REDACTED]').describe('What stands for paths; a Python template, as all of these.'),
    email_replacement: text('[EMAIL_REDACTED]').describe('What stands for e-mail addresses.'),
    secret_replacement: text('[REDACTED]').describe('What stands for secrets.'),
    id_replacement: text('[ID_REDACTED]').describe('What stands for ids.'),
    phone_replacement: text('[PHONE_REDACTED]').describe('What stands for phone numbers.'),
    id_card_replacement: text('[ID_CARD_REDACTED]').describe('What stands for numbers of identity cards.'),
    channel_id_replacement: text('[CHANNEL_ID_REDACTED]').describe('What stands for channels and open ids.'),
    pem_replacement: text('[PEM_REDACTED]').describe('What stands for PEM blocks.'),
    jwt_replacement: text('[JWT_REDACTED]').describe('What stands for JSON web tokens.'),
    url_replacement: text('[URL_REDACTED]').describe('What stands for web addresses.'),
    ip_replacement: text('[IP_REDACTED]').describe('What stands for IP addresses.'),
    mac_replacement: text('[MAC_REDACTED]').describe('What stands for MAC addresses.'),
    extra_patterns: z
      .array(z.tuple([z.string(), z.string()]))
      .nullable()
      .default(null)
      .describe('More regular expressions of Python, each with its replacement; broken ones are passed over.'),
    redact_keys: z
      .array(z.string())
      .nullable()
      .default(null)
      .describe('Fields to mask; by default the text, query, response, dialog_history and messages.'),
    messages_key: text('messages').describe('The one of them that holds chat messages.'),
  },
  example: {
    params: { mask_urls: true, phone_replacement: '<PHONE>' },
    cases: [
      {
        before: { text: 'Call +4412345678901, password=hunter2, log in /home/jo/tide.log' },
        after: [{ text: 'Call <PHONE>, password=[REDACTED], log in [PATH_REDACTED]' }],
      },
    ],
  },
  create(params, { textKey }) {
    const rules = kinds
      .filter(kind => params[`mask_${kind}`] === true)
      .map(kind => masking(kind, params[`${replacementName(kind)}_replacement`] ?? ''))
    const mask = chain([...rules, ...extraRules(params.extra_patterns ?? [])])
    const keys = new Set(params.redact_keys ?? [textKey, 'query', 'response', 'dialog_history', 'messages'])
    return {
      map(sample) {
        for (const [key, before] of Object.entries(sample.value)) {
          let value: JsonValue = before
          if (keys.has(key))
            value =
              key === params.messages_key && Array.isArray(value)
                ? maskMessages(value, mask)
                : maskField(key, value, mask)
          const isText = typeof value === 'string'
          const nested = isText ? maskNested({ [key]: value }, mask) : maskNested(value, mask)
          const after = isText ? (nested as Record<string, JsonValue>)[key] : nested
          if (after !== before) sample.set([key], after)
        }
      },
    }
  },
})

type ReplacementName =
  | 'path'
  | 'email'
  | 'secret'
  | 'id'
  | 'phone'
  | 'id_card'
  | 'channel_id'
  | 'pem'
  | 'jwt'
  | 'url'
  | 'ip'
  | 'mac'

function replacementName(kind: Kind): ReplacementName {
  if (kind === 'platform_open_ids') return 'channel_id'
  return kind.replace(/s$/, '') as ReplacementName
}

function chain(rules: readonly Replace[]): Replace {
  return before => (before === '' ? before : rules.reduce((masked, rule) => rule(masked), before))
}

function extraRules(patterns: readonly (readonly [string, string])[]): Replace[] {
  return patterns.flatMap(([source, replacement]) => {
    try {
      const pattern = new PythonPattern(source, { module: 're' })
      return [(before: string) => pattern.sub(replacement, before)]
    } catch (error) {
      if (error instanceof PatternError) return []
      throw error
    }
  })
}
