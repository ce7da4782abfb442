import { defineMapper } from '../define.js'
import { int, text } from '../params.js'
import { pythonText } from '../python-values.js'
import { strip } from '../text/python-text.js'
import { metaOf, setMeta } from './meta.js'

/** Finds the tools that an agent used most (Data-Juicer). */
export const agentToolTypeMapper = defineMapper({
  name: 'agent_tool_type_mapper',
  summary: 'Notes which tools an agent used most.',
  params: {
    tool_types_meta_key: text('agent_tool_types').describe('Meta field that lists the names of the tools.'),
    primary_key: text('primary_tool_type').describe('Meta field for the most frequent name.'),
    dominant_key: text('dominant_tool_types').describe('Meta field for the most frequent names.'),
    top_k_dominant: int(5).describe('How many names the latter holds.'),
  },
  example: {
    params: { top_k_dominant: 2 },
    cases: [
      {
        before: { __dj__meta__: { agent_tool_types: ['search', 'read_file', 'search'] } },
        after: [
          {
            __dj__meta__: {
              agent_tool_types: ['search', 'read_file', 'search'],
              primary_tool_type: 'search',
              dominant_tool_types: ['search', 'read_file'],
            },
          },
        ],
      },
    ],
  },
  create: ({ tool_types_meta_key, primary_key, dominant_key, top_k_dominant }) => ({
    map(sample) {
      const given = metaOf(sample)[tool_types_meta_key ?? '']
      const counts = new Map<string, number>()
      for (const name of Array.isArray(given) ? given : []) {
        const plain = strip(pythonText(name))
        if (plain !== '') counts.set(plain, (counts.get(plain) ?? 0) + 1)
      }
      const names = [...counts].sort((a, b) => b[1] - a[1]).map(([name]) => name)
      const dominant = top_k_dominant === null ? names : names.slice(0, Math.max(0, top_k_dominant))
      setMeta(sample, { [primary_key ?? '']: dominant[0] ?? null, [dominant_key ?? '']: dominant })
    },
  }),
})
