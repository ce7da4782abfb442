import type { WriteStream } from 'node:tty'
import { styleText } from 'node:util'

/** What of the environment says how output may look. */
type Environment = Readonly<Record<string, string | undefined>>

/** True where lines may be drawn over: a terminal that moves its cursor and that a person watches. */
export function isRedrawable({ isTTY }: Pick<WriteStream, 'isTTY'>, env: Environment = process.env): boolean {
  return isTTY === true && env['TERM'] !== 'dumb' && !isSet(env['CI'])
}

/** True where colours may be used: NO_COLOR forbids them, FORCE_COLOR asks for them, otherwise a watched terminal has them. */
export function isColoured(out: Pick<WriteStream, 'isTTY'>, env: Environment = process.env): boolean {
  if (isSet(env['NO_COLOR'])) return false
  const force = env['FORCE_COLOR']
  if (force !== undefined) return force !== '0' && force !== 'false'
  return isRedrawable(out, env)
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '' && value !== '0' && value !== 'false'
}

export type Colour = 'red' | 'green' | 'yellow' | 'cyan' | 'dim' | 'bold'

/** Colours text, or leaves it. */
export type Paint = (colour: Colour, text: string) => string

export const plainPaint: Paint = (_, text) => text

/** The way to colour what is written to a stream. */
export function paintFor(out: Pick<WriteStream, 'isTTY'>, env: Environment = process.env): Paint {
  // The stream and the environment were asked already.
  return isColoured(out, env) ? (colour, text) => styleText(colour, text, { validateStream: false }) : plainPaint
}

/** Columns that may be used; a terminal moves on to the next line when its last one is written to. */
export function widthOf({ columns }: Partial<Pick<WriteStream, 'columns'>>): number {
  return (columns !== undefined && columns > 0 ? columns : 80) - 1
}

/** False where the locale says that only ASCII can be shown. */
export function showsUnicode(env: Environment = process.env): boolean {
  const locale = [env['LC_ALL'], env['LC_CTYPE'], env['LANG']].find(value => value !== undefined && value !== '')
  return locale === undefined || /utf-?8/i.test(locale)
}
