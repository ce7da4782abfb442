import { z } from 'zod'
import { isJsonObject, type JsonValue } from '../../core/json.js'
import { SampleError } from '../../core/sample-error.js'
import { defineMapper } from '../define.js'
import { bool, text } from '../params.js'
import { isTruthy, pythonJson, pythonText } from '../python-values.js'
import { PythonPattern } from '../text/python-regex/pattern.js'
import { firstPoints, lower, strip } from '../text/python-text.js'
import { setMeta } from './meta.js'

const defaultSuccess = [
  '(?i)wrote\\s+\\d+\\s*bytes',
  '(?i)^(?:success|ok)(?:\\s|$)',
  '(?i)\\bsuccessfully\\b',
  '(?i)^ok$',
]
const defaultErrors = [
  '(?i)\\berror\\s*:',
  '(?i)\\bexception\\b',
  '(?i)\\bfailed\\b',
  '(?i)\\bfailure\\b',
  '(?i)not\\s+found',
  '(?i)permission\\s+denied',
  '(?:执行|操作|请求|调用|接口)失败',
  '(?:发生|出现)错误',
  '错误码',
  '无法访问',
  '权限不足',
  '无权限',
  '找不到(?:文件|路径)?',
]

/** Tells from their text which tool calls of an agent went well (Data-Juicer). */
export const toolSuccessTaggerMapper = defineMapper({
  name: 'tool_success_tagger_mapper',
  summary: 'Counts which tool calls of an agent went well.',
  params: {
    messages_key: text('messages').describe('Field with the messages.'),
    tool_role_names: z
      .array(z.string())
      .nullable()
      .default(null)
      .describe('Roles of tool messages; by default tool and tool_use.'),
    success_patterns: z
      .array(z.string())
      .nullable()
      .default(null)
      .describe('Regular expressions of Python that tell success.'),
    error_patterns: z
      .array(z.string())
      .nullable()
      .default(null)
      .describe('Regular expressions of Python that tell an error; they are tried first.'),
    store_per_tool_results: bool(true).describe('Note the result of each call as well.'),
  },
  example: {
    params: { store_per_tool_results: false, error_patterns: ['(?i)refused'] },
    cases: [
      {
        before: {
          messages: [
            { role: 'tool', content: 'Wrote 12 bytes' },
            { role: 'tool', content: 'Refused' },
          ],
        },
        after: [
          {
            __dj__meta__: { tool_success_count: 1, tool_fail_count: 1, tool_unknown_count: 0, tool_success_ratio: 0.5 },
          },
        ],
      },
    ],
  },
  create(params) {
    const compile = (sources: readonly string[]) => sources.map(source => new PythonPattern(source, { module: 're' }))
    const orDefault = <T>(given: readonly T[] | null, fallback: readonly T[]) => (given?.length ? given : fallback)
    // What is neither is taken for success, so the patterns of success never decide; they are only checked.
    compile(orDefault(params.success_patterns, defaultSuccess))
    const errors = compile(orDefault(params.error_patterns, defaultErrors))
    const roles = orDefault(params.tool_role_names, ['tool', 'tool_use'])
    const classify = (content: string) =>
      content === '' ? 'unknown' : errors.some(pattern => pattern.test(content)) ? 'error' : 'success'
    return {
      map(sample) {
        const results: { content_preview: string; result: string }[] = []
        const messages = sample.value[params.messages_key ?? '']
        for (const message of Array.isArray(messages) ? (messages as readonly JsonValue[]) : []) {
          if (!isJsonObject(message)) throw new SampleError('bad_value', 'a message is no object')
          const role = isTruthy(message['role']) ? message['role'] : ''
          if (typeof role !== 'string') throw new SampleError('bad_value', 'the role of a message is no text')
          if (!roles.includes(lower(role))) continue
          const content = contentText(message['content'])
          results.push({ content_preview: firstPoints(content, 200), result: classify(content) })
        }
        const count = (result: string) => results.filter(one => one.result === result).length
        const decided = count('success') + count('error')
        setMeta(sample, {
          tool_success_count: count('success'),
          tool_fail_count: count('error'),
          tool_unknown_count: count('unknown'),
          tool_success_ratio: decided === 0 ? null : count('success') / decided,
          ...(params.store_per_tool_results === true ? { tool_results: results } : {}),
        })
      },
    }
  },
})

function contentText(content: JsonValue | undefined): string {
  if (content === undefined || content === null) return ''
  if (typeof content === 'string') return strip(content)
  if (isJsonObject(content)) return firstPoints(pythonJson(content), 10_000)
  if (!Array.isArray(content)) return strip(pythonText(content))
  const parts: string[] = []
  for (const block of content as readonly JsonValue[]) {
    if (isJsonObject(block)) parts.push(contentText(block['type'] === 'text' ? block['text'] : block))
    else if (typeof block === 'string') parts.push(strip(block))
  }
  return strip(parts.join('\n'))
}
