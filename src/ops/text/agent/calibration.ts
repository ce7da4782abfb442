import { existsSync, readFileSync, statSync } from 'node:fs'
import { isJsonObject, type JsonObject, type JsonValue } from '../../../core/json.js'
import { fingerprintOf } from '../../../util/hash.js'
import { expandHome } from '../../../util/home-path.js'
import { isTruthy, pythonText, toFloat, toInt } from '../../python-values.js'
import { strip } from '../python-text.js'

/** Thresholds that were measured on other samples: for all, and for those of some models. */
export class Calibration {
  readonly #rows: JsonObject

  private constructor(
    rows: JsonObject,
    /** A digest of the file. */
    readonly identity: string,
  ) {
    this.#rows = rows
  }

  /** Undefined where there is no file, or none that holds an object. */
  static read(path: string | null | undefined): Calibration | undefined {
    const file = expandHome(strip(path ?? ''))
    if (file === '' || !existsSync(file) || !statSync(file).isFile()) return undefined
    const text = readFileSync(file, 'utf8')
    const rows = parseObject(text)
    return rows === undefined ? undefined : new Calibration(rows, fingerprintOf('calibration', text))
  }

  /** The whole number of a name that holds for a sample of these notes. */
  whole(name: string, meta: JsonObject): number | undefined {
    const value = this.#rowFor(meta)[name]
    const isPlain = typeof value === 'number' || typeof value === 'boolean' || typeof value === 'string'
    return isPlain ? toInt(value) : undefined
  }

  number(name: string, meta: JsonObject): number | undefined {
    const value = this.#rowFor(meta)[name]
    return value === undefined || value === null || typeof value === 'object' ? undefined : toFloat(value)
  }

  #rowFor(meta: JsonObject): JsonObject {
    const { default: common, by_request_model: byModel } = this.#rows
    const model = isTruthy(meta['agent_request_model'])
      ? strip(pythonText(meta['agent_request_model'] as JsonValue))
      : ''
    const own = isJsonObject(byModel) && model !== '' && Object.hasOwn(byModel, model) ? byModel[model] : undefined
    return { ...(isJsonObject(common) ? common : {}), ...(isJsonObject(own) ? own : {}) }
  }
}

function parseObject(text: string): JsonObject | undefined {
  try {
    const value = JSON.parse(text) as JsonValue
    return isJsonObject(value) ? value : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
