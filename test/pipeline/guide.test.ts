import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { PipelineRig } from './rig.js'

const run = promisify(execFile)
const page = readFileSync(resolve('docs/resumable-processing.md'), 'utf8')
const blocks = [...page.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language, text]) => ({ language, text }))

/** Commands of a console block, each with what it prints. */
function commandsOf(text: string): { command: string; printed: string[] }[] {
  const commands: { command: string; printed: string[] }[] = []
  for (const line of text.trimEnd().split('\n')) {
    if (line.startsWith('$ ')) commands.push({ command: line.slice(2), printed: [] })
    else commands.at(-1)?.printed.push(line)
  }
  return commands
}

function patternOf(line: string): RegExp {
  return new RegExp(
    `^${line
      .split('…')
      .map(part => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
      .join('.*')}$`,
  )
}

describe('docs/resumable-processing.md', () => {
  it('is true from an empty folder to the end', { timeout: 120_000 }, async () => {
    const rig = new PipelineRig()
    mkdirSync(rig.path('bin'))
    const main = resolve('dist/cli/main.js')
    writeFileSync(rig.path('bin/pawl'), `#!/bin/sh\nexec '${process.execPath}' '${main}' "$@"\n`, { mode: 0o755 })
    const env = { ...process.env, PATH: `${rig.path('bin')}:${process.env['PATH']}`, LC_ALL: 'C' }
    expect(blocks.length).toBeGreaterThan(12)
    for (const { language, text } of blocks) {
      if (language === 'ts') {
        const [, name] = /^\/\/ (\S+)\n/.exec(text) ?? []
        expect(name, text).toBeDefined()
        rig.write(name, text)
        continue
      }
      for (const { command, printed } of commandsOf(text)) {
        const { stdout, stderr } = await run('bash', ['-ec', command], { cwd: rig.folder, env })
        expect(stderr, command).toBe('')
        const lines = stdout === '' ? [] : stdout.trimEnd().split('\n')
        expect(lines.length, `${command} printed ${stdout}`).toBe(printed.length)
        for (const [index, line] of printed.entries()) expect(lines[index], command).toMatch(patternOf(line))
      }
    }
  })
})
