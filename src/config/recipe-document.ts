import { isAlias, isMap, isNode, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument, visit } from 'yaml'
import { readRecipeText } from './read-recipe-text.js'
import { RecipeError, type SourcePlace } from './recipe-error.js'

/** Aliases that a recipe may expand to; more is an attempt to blow up memory. */
const maxAliases = 100

/** The text of a YAML file, whose lines are counted while it is parsed. */
class RecipeText {
  readonly lines = new LineCounter()

  constructor(
    readonly file: string,
    readonly text: string,
  ) {}

  placeAt([start, end]: readonly [start: number, end: number, ...rest: number[]]): SourcePlace {
    const { file, text, lines } = this
    const { line, col } = lines.linePos(start)
    const lineStart = lines.lineStarts[line - 1] ?? 0
    const lineEnd = text.indexOf('\n', lineStart)
    const lineText = text.slice(lineStart, lineEnd < 0 ? undefined : lineEnd).replace(/\r$/, '')
    const length = Math.max(1, Math.min(end, lineStart + lineText.length) - start)
    return { file, line, column: col, length, lineText }
  }
}

/** A parsed YAML file that knows where each of its values stands. */
export class RecipeDocument {
  readonly text: string
  readonly value: Readonly<Record<string, unknown>>
  readonly duplicates: readonly DuplicateKey[]
  readonly #source: RecipeText
  readonly #root: Node | null

  private constructor(source: RecipeText, root: Node | null, value: Readonly<Record<string, unknown>>) {
    this.#source = source
    this.#root = root
    this.text = source.text
    this.value = value
    this.duplicates = findDuplicates(root, source.lines)
  }

  /** @throws {RecipeError} where the file cannot be read, is not YAML, or holds no map */
  static load(file: string): RecipeDocument {
    return RecipeDocument.parse(file, readRecipeText(file))
  }

  static parse(file: string, text: string): RecipeDocument {
    const source = new RecipeText(file, text)
    const document = parseDocument(text, {
      lineCounter: source.lines,
      uniqueKeys: false,
      prettyErrors: false,
      merge: true,
    })
    const [problem] = document.errors
    if (problem !== undefined)
      throw RecipeError.of(`this is not valid YAML: ${problem.message}`, source.placeAt(problem.pos))
    const [warning] = document.warnings
    if (warning !== undefined)
      throw RecipeError.of(
        `${warning.message.replace(/^Unresolved tag: /, 'this tag means nothing here: ')}; write the value as plain YAML`,
        source.placeAt(warning.pos),
      )
    // The one key that objects hide from a schema.
    visit(document, {
      Pair(_, { key }) {
        if (isNode(key) && !isScalar(key) && !isAlias(key) && key.range)
          throw RecipeError.of('a key is a name, not a list or map', source.placeAt(key.range))
        if (isScalar(key) && key.value === '__proto__' && key.range)
          throw RecipeError.of('there is no "__proto__"', source.placeAt(key.range))
      },
    })
    let value: unknown
    try {
      value = document.toJS({ maxAliasCount: maxAliases })
    } catch (error) {
      throw RecipeError.of(`Cannot read the recipe ${file}: ${(error as Error).message}`)
    }
    if (value === null) value = {}
    if (typeof value !== 'object' || Array.isArray(value))
      throw RecipeError.of(`${file} must hold a map of keys, such as "dataset_path: data.jsonl"`)
    return new RecipeDocument(source, document.contents as Node | null, value as Record<string, unknown>)
  }

  /** Where the value at a path stands, or the nearest value around it. */
  placeOfValue(path: readonly PropertyKey[]): SourcePlace | undefined {
    let node: Node | null = this.#root
    let range = this.#root?.range ?? undefined
    for (const key of path) {
      const next: Node | undefined = isMap(node)
        ? (pairOf(node.items as Pair[], key)?.value as Node)
        : isSeq(node)
          ? (node.items[Number(key)] as Node)
          : undefined
      if (next?.range == null) break
      node = next
      range = next.range
    }
    return range === undefined || range === null ? undefined : this.#source.placeAt(range)
  }

  /** Where a key of the map at a path stands. */
  placeOfKey(path: readonly PropertyKey[], key: string): SourcePlace | undefined {
    let node: Node | null = this.#root
    for (const step of path) {
      node = (
        isMap(node) ? pairOf(node.items as Pair[], step)?.value : isSeq(node) ? node.items[Number(step)] : null
      ) as Node | null
    }
    const range = isMap(node) ? (pairOf(node.items as Pair[], key)?.key as Node | undefined)?.range : undefined
    return range == null ? this.placeOfValue(path) : this.#source.placeAt(range)
  }
}

/** A key that stands twice in one map, of which the last counts. */
export interface DuplicateKey {
  readonly key: string
  /** Where it stands last. */
  readonly line: number
}

function findDuplicates(root: Node | null, lines: LineCounter): DuplicateKey[] {
  const found: DuplicateKey[] = []
  visit(root, {
    Map(_, { items }) {
      const seen = new Set<string>()
      for (const { key } of items) {
        if (!isScalar(key) || !key.range) continue
        const name = String(key.value)
        if (seen.has(name)) found.push({ key: name, line: lines.linePos(key.range[0]).line })
        seen.add(name)
      }
    },
  })
  return found
}

function pairOf(items: readonly Pair[], key: PropertyKey): Pair | undefined {
  return items.findLast(pair => isScalar(pair.key) && String(pair.key.value) === String(key))
}
