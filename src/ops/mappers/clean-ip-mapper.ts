import { defineMapper } from '../define.js'
import { PythonPattern } from '../text/python-regex/pattern.js'
import { replacing, replacingParams } from './replacing.js'

const octet = '(?:1[0-9][0-9]|2[0-4][0-9]|25[0-5]|[1-9][0-9]|[0-9])'
/** IPv4 without leading zeros, or IPv6 with all of its eight groups; neither cares what stands beside it. */
const address = `(?:${octet}\\.){3}${octet}|([\\da-fA-F]{1,4}:){7}[\\da-fA-F]{1,4}`

/** Text in which neither of these occurs holds no address. */
const hints = /[0-9]\.[0-9]{1,3}\.[0-9]|[\p{Nd}a-fA-F]:[\p{Nd}a-fA-F]{1,4}:/u

/** Removes or replaces IP addresses (Data-Juicer). */
export const cleanIpMapper = defineMapper({
  name: 'clean_ip_mapper',
  summary: 'Replaces IP addresses.',
  params: replacingParams,
  example: {
    params: { repl: '<IP>' },
    cases: [{ before: { text: 'Refused 192.168.0.17 at nine.' }, after: [{ text: 'Refused <IP> at nine.' }] }],
  },
  create(params, { textKey }) {
    const addresses = new PythonPattern(address, { module: 'regex' })
    return replacing(params, textKey, (before, template) =>
      hints.test(before) ? addresses.sub(template, before) : before,
    )
  },
})
