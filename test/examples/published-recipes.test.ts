import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { drawing, oneOf } from '../drawn.js'
import { JobRig } from '../rig-job.js'

const itDrawn = drawing(2)

const folder = resolve('examples', 'recipes')
const names = readdirSync(folder).filter(name => name.endsWith('.yaml'))

const words =
  'the of and to a in that it for was on with as by this we have not had one lighthouse keeper boats morning evening storm windows lamp night children tower door table page weather bay harbour notebook island winter letter'.split(
    ' ',
  )

/** 30 sentences, each a line, that do not repeat: words drawn by a generator of numbers with a fixed start. */
function makeProse(): string {
  let state = 1
  const draw = () => {
    state = (state * 48_271) % 0x7fff_ffff
    return words[state % words.length]
  }
  return Array.from({ length: 30 }, () => `So ${Array.from({ length: 14 }, draw).join(' ')}.`).join('\n')
}

const prose = makeProse()

let rig: JobRig

/** Runs a shipped recipe as it stands over the data of this test, and gives the texts that are kept. */
async function keptBy(name: string, texts: readonly string[]): Promise<unknown[]> {
  rig.writeLines(
    'data/a.jsonl',
    texts.map(text => ({ text })),
  )
  const ended = await rig.run(
    'run',
    ...['--config', join(folder, name), '--job_id', 'job', '--work_dir', 'jobs', '--np', '1'],
    ...['--dataset_path', 'data', '--export_path', 'out/result.jsonl'],
  )
  expect(ended).toMatchObject({ code: 0, stderr: '' })
  return rig.exportedRows().map(row => (row as { text: string }).text)
}

beforeEach(() => {
  rig = new JobRig()
})

describe('the recipes in the style of published ones', () => {
  it.each(oneOf(3, names))('%s keeps prose and drops what is no text of its kind', async name => {
    const kept = await keptBy(name, [prose, '', '404', '= | = | = |\n'.repeat(200), 'click here '.repeat(300)])
    expect(kept).toEqual([prose])
  })

  it('are all told of in the README beside them', () => {
    const readme = readFileSync(join(folder, 'README.md'), 'utf8')
    for (const name of names) expect(readme).toContain(`\`${name}\``)
  })

  itDrawn('arxiv.yaml expands macros, and drops header, bibliography and comments', async () => {
    const source = [
      '\\newcommand{\\tower}{lighthouse}',
      '\\author{Someone}',
      '\\section{Introduction}',
      prose,
      '% not for the reader',
      'The \\tower is old.',
      '\\begin{thebibliography}{9} \\bibitem{a} A book. \\end{thebibliography}',
    ].join('\n')
    const [text] = await keptBy('arxiv.yaml', [source])
    expect(text).toBe(`\\section{Introduction}\n${prose}\nThe lighthouse is old.`)
  })

  itDrawn('code.yaml drops notices of copyright and the same file in other letters', async () => {
    const code = prose.replaceAll('.', ';')
    const kept = await keptBy('code.yaml', [`/* Copyright A */${code}`, code.toUpperCase()])
    expect(kept).toEqual([code])
  })

  itDrawn(
    'near-duplicates.yaml keeps the first of texts that differ in a sentence, and says which went for it',
    async () => {
      const [first, ...rest] = prose.split('\n')
      const altered = [first.toUpperCase().replace('SO', 'Yet'), ...rest].join('\n')
      const other = prose
        .split('\n')
        .reverse()
        .join('\n')
        .replaceAll(/ (\w+) (\w+)/g, ' $2 $1')
      expect(await keptBy('near-duplicates.yaml', [altered, other, prose, prose.toLowerCase()])).toEqual([
        altered,
        other,
      ])
      const names = readdirSync(rig.path('jobs', 'job', 'clusters'))
      const lines = names.flatMap(name => rig.read('jobs', 'job', 'clusters', name).trim().split('\n'))
      expect(lines.map(line => JSON.parse(line))).toMatchObject([{ size: 2, kept: {}, dropped: [{}] }])
    },
  )

  itDrawn('questions.yaml takes off tags and addresses', async () => {
    const [text] = await keptBy('questions.yaml', [`<p>${prose}</p><p>Write to me@example.org or 10.0.0.1</p>`])
    expect(text).toBe(`${prose}Write to  or`)
  })
})
