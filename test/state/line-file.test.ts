import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { checkLineFile, readLineFile, writeLineFile } from '../../src/state/line-file.js'
import { newWriter } from '../../src/util/staging.js'

function makePath(name = 'lines.jsonl'): string {
  const folder = mkdtempSync(join(tmpdir(), 'pawl-lines-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, name)
}

const writer = newWriter()
const read = (path: string, blockBytes?: number) => readLineFile(path, lines => [...lines], blockBytes)
const line = fc.oneof(fc.string(), fc.string({ unit: 'grapheme' })).map(text => JSON.stringify(text))
const blockBytes = fc.integer({ min: 1, max: 300 })

describe('a file of lines', () => {
  it('gives back its lines, whatever the blocks that it is written and read in', () => {
    const path = makePath()
    fc.assert(
      fc.property(fc.array(line), blockBytes, blockBytes, (lines, written, wanted) => {
        const checksum = writeLineFile(path, lines, { writer, blockBytes: written })
        expect(read(path, wanted)).toEqual({ kind: 'read', content: lines })
        expect(checkLineFile(path, wanted)).toEqual({ kind: 'read', content: checksum })
      }),
    )
  })

  it('is told from a damaged one, wherever a bit is flipped', () => {
    const path = makePath()
    writeLineFile(path, ['{"a":1}', '["é",2]'], { writer })
    const bytes = readFileSync(path)
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const harmed = Buffer.from(bytes)
      harmed[bit >> 3] ^= 1 << (bit & 7)
      writeFileSync(path, harmed)
      expect([bit, read(path).kind]).toEqual([bit, 'damaged'])
    }
  })

  it('is told from one that was cut short, grew, or holds something else', () => {
    const path = makePath()
    writeLineFile(path, ['{"a":1}', '["b",2]'], { writer })
    const bytes = readFileSync(path)
    const harms = [
      ...Array.from(bytes.keys(), size => bytes.subarray(0, size)),
      ...['\n', ' ', '\0', '{}\n', bytes].map(more => Buffer.concat([bytes, Buffer.from(more)])),
      Buffer.concat([Buffer.from('\n'), bytes]),
      Buffer.alloc(bytes.length),
      Buffer.from('something else altogether, in a sentence that is longer than what stands in the last line\n'),
    ]
    for (const harmed of harms) {
      writeFileSync(path, harmed)
      expect([harmed.length, read(path).kind, checkLineFile(path).kind]).toEqual([harmed.length, 'damaged', 'damaged'])
    }
  })

  it('of another name, a folder, and nothing at all are no such file either', () => {
    const path = makePath()
    expect(read(path)).toEqual({ kind: 'absent' })
    expect(read(join(path, 'below'))).toEqual({ kind: 'absent' })
    const other = join(path, '..', 'other.jsonl')
    writeLineFile(other, ['1'], { writer })
    writeFileSync(path, readFileSync(other))
    expect(read(path)).toEqual({ kind: 'damaged', reason: `${path} is not as it was written` })
    rmSync(path)
    mkdirSync(path)
    expect(read(path)).toEqual({ kind: 'damaged', reason: `${path} is a folder` })
  })

  it('leaves what stood there, and nothing beside it, where its lines cannot be made', () => {
    const path = makePath()
    writeLineFile(path, ['1'], { writer })
    function* broken() {
      yield '2'
      throw new Error('no more')
    }
    expect(() => writeLineFile(path, broken(), { writer, blockBytes: 1 })).toThrow('no more')
    expect([read(path), readdirSync(join(path, '..'))]).toEqual([{ kind: 'read', content: ['1'] }, ['lines.jsonl']])
  })

  it('is never in memory as a whole: its lines come while they are taken', () => {
    const path = makePath()
    const count = 200_000
    const stood: number[] = []
    function* lines() {
      for (let n = 0; n < count; n++) {
        if (n % 50_000 === 0) stood.push(stagedBytes(path))
        yield JSON.stringify(['a line of about fifty bytes, and no more', n])
      }
    }
    writeLineFile(path, lines(), { writer })
    // By the time that a line is made, those before it are on their way to the disk.
    expect(stood.every((bytes, index) => index === 0 || bytes > stood[index - 1])).toBe(true)
    const seen = readLineFile(path, all => {
      let last = 0
      for (const text of all) last = (JSON.parse(text) as [string, number])[1]
      return last
    })
    expect(seen).toEqual({ kind: 'read', content: count - 1 })
  })
})

function stagedBytes(path: string): number {
  const folder = join(path, '..')
  return readdirSync(folder).reduce((sum, name) => sum + readFileSync(join(folder, name)).length, 0)
}
