import { templateWriter } from '../python-regex/expand.js'
import { PythonPattern } from '../python-regex/pattern.js'
import { replaceLooseEmails } from './loose-emails.js'
import { replacePemBlocks } from './pem-blocks.js'

/** What one kind of personal data looks like, and a cheap test that text without it fails. */
interface Shape {
  readonly hint: RegExp
  readonly pattern: string
  readonly ignoreCase?: boolean
  /** What the pattern's first group holds stays. */
  readonly keepsFirstGroup?: boolean
}

const beforePath = '(^|[\\s\\"\'(\\[=])'
const byte = '(?:25[0-5]|2[0-4]\\d|[01]?\\d\\d?)'
const tokenChar = '[A-Za-z0-9_=-]'

/*
 * The lookaheads before word boundaries change nothing but the time: a word boundary costs far more than
 * one look at the next character.
 */

/** A word and the sign behind which its value stands, in any case; what Python takes for blanks and JavaScript does not comes on top. */
const hintOf = (word: string) => new RegExp(`${word}[\\s\\x1c-\\x1f\\x85]*[:=：]`, 'iu')

/** The shapes in the order in which they are masked, by the parameter that switches each. */
export const shapes = {
  // One that starts within the first part of another would match where that one does.
  jwt: [{ hint: /\beyJ/, pattern: `\\beyJ(?<!\\beyJ${tokenChar}*?eyJ)${tokenChar}+(?:\\.${tokenChar}+){2}\\b` }],
  urls: [{ hint: /:\/\//, pattern: 'https?://[^\\s\\"\'<>]+' }],
  ips: [
    { hint: /\p{Nd}\.\p{Nd}{1,3}\.\p{Nd}{1,3}\.\p{Nd}/u, pattern: `(?<![0-9.])(?:${byte}\\.){3}${byte}(?![0-9])` },
    { hint: /\[[0-9a-fA-F:.]{3}/, pattern: '\\[[0-9a-fA-F:.]{3,}\\](?::\\d{1,5})?\\b' },
  ],
  macs: [
    {
      hint: /[0-9A-Fa-f][:-](?:[0-9A-Fa-f]{2}[:-]){4}[0-9A-Fa-f]{2}/,
      pattern: '(?<![0-9A-Fa-f:])(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}\\b',
    },
  ],
  paths: [
    {
      hint: /\/(?:User|home|tmp|etc|var|opt|Appl)/,
      pattern: `${beforePath}(/(?:Users?|home|tmp|etc|var|opt|Applications)[^\\s\\"')\\]]*)`,
      keepsFirstGroup: true,
    },
    { hint: /[A-Za-z]:\\/, pattern: `${beforePath}([A-Za-z]:\\\\[^\\s\\"')\\]]*)`, keepsFirstGroup: true },
    { hint: /\\\\/, pattern: `${beforePath}(\\\\\\\\[^\\s\\"')\\]]+)`, keepsFirstGroup: true },
  ],
  secrets: [
    {
      hint: hintOf('(?:key|secret|password|passwd|token|auth|author[iİı]zat[iİı]on|credent[iİı]al)'),
      pattern:
        '(?=[aspctl])(\\b(?:api[_-]?key|apikey|secret|password|passwd|token|auth|authorization|credential|license[_-]?key)\\s*[:=]\\s*[\\"\']?)([^\\s\\"\',}\\]]+)',
      ignoreCase: true,
      keepsFirstGroup: true,
    },
  ],
  ids: [
    {
      hint: hintOf('(?:sess[iİı]on|user|request|trace)[_-]?[iİı]d'),
      pattern: '(?=[surt])\\b(session[_-]?id|user[_-]?id|request[_-]?id|trace[_-]?id)\\s*[:=]\\s*[\\"\']?[\\w.-]+',
      ignoreCase: true,
      keepsFirstGroup: true,
    },
  ],
  channel_ids: [
    {
      hint: hintOf('channel'),
      pattern:
        '(?=[c当])(\\bchannel\\s*[:=]\\s*[\\"\']?|当前的\\s*channel\\s*[:：]\\s*)(feishu|dingtalk|wecom|wechat_work|email|mail|飞书|钉钉|企业微信|邮箱)\\b',
      ignoreCase: true,
      keepsFirstGroup: true,
    },
  ],
  platform_open_ids: [
    { hint: /ou_[0-9a-f]{32}/i, pattern: '\\bou_[0-9a-f]{32}\\b', ignoreCase: true },
    { hint: /(?:u_|uid_)[\w-]{16}/, pattern: '(?=[ou])\\b(ou_|u_|uid_)[0-9a-zA-Z_-]{16,64}\\b' },
  ],
  phones: [
    { hint: /1[3-9]\p{Nd}{9}/u, pattern: '(?=1[3-9])\\b1[3-9]\\d{9}\\b' },
    { hint: /\+\p{Nd}/u, pattern: '\\+\\d{1,4}[-.\\s]?\\d{6,14}\\b' },
  ],
  id_cards: [
    {
      hint: /[1-9]\p{Nd}{16}/u,
      pattern: '\\b[1-9]\\d{5}(?:19|20)\\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\\d|3[01])\\d{3}[\\dXx]\\b',
    },
  ],
} as const satisfies Readonly<Record<string, readonly Shape[]>>

/** Kinds whose patterns would backtrack: they have a function each. */
const scanners = { pem: replacePemBlocks, emails: replaceLooseEmails } as const

export type Kind = keyof typeof shapes | keyof typeof scanners

/** Kinds in the order in which they are masked. */
export const kinds: readonly Kind[] = [
  'pem',
  'jwt',
  'urls',
  'ips',
  'macs',
  'paths',
  'emails',
  'secrets',
  'ids',
  'channel_ids',
  'platform_open_ids',
  'phones',
  'id_cards',
]

export type Replace = (text: string) => string

/** Makes the function that masks one kind of personal data by a Python template. */
export function masking(kind: Kind, replacement: string): Replace {
  if (kind === 'pem' || kind === 'emails') {
    const check = templateWriter(replacement, 0)
    return text => {
      check('')
      return scanners[kind](text, replacement)
    }
  }
  const rules = (shapes[kind] as readonly Shape[]).map(({ hint, pattern, ignoreCase, keepsFirstGroup }) => {
    const compiled = new PythonPattern(pattern, { module: 're', ignoreCase })
    const template = keepsFirstGroup ? `\\1${replacement}` : replacement
    return (text: string) => {
      compiled.checkTemplate(template)
      return hint.test(text) ? compiled.sub(template, text) : text
    }
  })
  return text => rules.reduce((masked, rule) => rule(masked), text)
}
