// npm run bench -- NAME [options]: runs one bench and prints its figures as one JSON object.
import { readdirSync } from 'node:fs'

const folder = new URL('./', import.meta.url)
const names = readdirSync(folder)
  .filter(name => name.endsWith('.mjs') && !['run.mjs', 'shared.mjs'].includes(name))
  .map(name => name.slice(0, -'.mjs'.length))

const [name, ...rest] = process.argv.slice(2)
if (!names.includes(name)) {
  console.error(`usage: npm run bench -- NAME CORPUS [options], where NAME is one of ${names.join(', ')}`)
  console.error(
    'CORPUS is a folder of .jsonl files with a "text" field. Each bench says in its first lines what it measures.',
  )
  process.exit(2)
}
process.argv.splice(2, process.argv.length - 2, ...rest)
await import(new URL(`./${name}.mjs`, folder))
