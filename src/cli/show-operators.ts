import { UsageError } from '../core/usage-error.js'
import { createCatalog } from '../ops/catalog.js'
import { operatorAsJson, operatorDetails, operatorList, searchOperators } from '../ops/describe.js'
import { nearestName } from '../util/nearest.js'
import { widthOf } from './terminal.js'

/** Prints all operators, the one of a name, or those that words find. */
export async function showOperators(
  words: readonly string[],
  { json = false }: { readonly json?: boolean },
): Promise<void> {
  const catalog = createCatalog()
  const columns = process.stdout.isTTY ? widthOf(process.stdout) : undefined
  const print = (value: unknown, text: () => string) =>
    void process.stdout.write(`${json ? JSON.stringify(value, null, 2) : text()}\n`)
  const [name] = words
  if (words.length === 1 && catalog.has(name)) {
    const definition = await catalog.load(name)
    print(operatorAsJson(definition), () => operatorDetails(definition, columns))
    return
  }
  const unsupported = words.length === 1 ? catalog.unsupported.get(name) : undefined
  if (unsupported !== undefined) throw new UsageError(unsupported.message)
  const found = await searchOperators(catalog, words)
  if (found.length > 0) {
    print(found.map(operatorAsJson), () => operatorList(found, columns))
    return
  }
  const text = words.join(' ')
  const nearest = nearestName(text.replaceAll(' ', '_'), [...catalog.names, ...catalog.unsupported.keys()])
  const hint = nearest === undefined ? '; `pawl ops` lists them' : `; did you mean "${nearest}"?`
  throw new UsageError(`there is no operator "${text}"${hint}`)
}
