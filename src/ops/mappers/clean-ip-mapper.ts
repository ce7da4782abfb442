import { z } from 'zod'
import { defineMapper } from '../define.js'
import { text } from '../params.js'
import { PythonPattern, unwrapRawString } from '../text/python-regex/pattern.js'

const octet = '(?:1[0-9][0-9]|2[0-4][0-9]|25[0-5]|[1-9][0-9]|[0-9])'
/** IPv4 without leading zeros, or IPv6 with all of its eight groups; neither cares what stands beside it. */
const address = `(?:${octet}\\.){3}${octet}|([\\da-fA-F]{1,4}:){7}[\\da-fA-F]{1,4}`

/** Text in which neither of these occurs holds no address. */
const hints = /[0-9]\.[0-9]{1,3}\.[0-9]|[\p{Nd}a-fA-F]:[\p{Nd}a-fA-F]{1,4}:/u

/** Removes or replaces IP addresses (Data-Juicer). */
export const cleanIpMapper = defineMapper({
  name: 'clean_ip_mapper',
  summary: 'Replaces IP addresses.',
  params: {
    pattern: z
      .string()
      .nullable()
      .default(null)
      .describe('What to replace, in the syntax of the Python package `regex`.'),
    repl: text('').describe('What to put there; a Python template (`\\1`, `\\g<name>`).'),
  },
  example: {
    params: { repl: '<IP>' },
    cases: [{ before: { text: 'Refused 192.168.0.17 at nine.' }, after: [{ text: 'Refused <IP> at nine.' }] }],
  },
  create({ pattern, repl }, { textKey }) {
    const source = pattern === null ? address : unwrapRawString(pattern)
    const compiled = new PythonPattern(source, { module: 'regex', dotAll: true })
    return {
      map(sample) {
        const before = sample.text(textKey)
        if (pattern === null && !hints.test(before)) return
        sample.setText(textKey, compiled.sub(repl ?? '', before))
      },
    }
  },
})
