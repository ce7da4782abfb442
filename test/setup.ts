import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'

// What runs leave in the user's state folder is none of the user's here.
process.env['XDG_STATE_HOME'] = join(tmpdir(), `pawl-state-${process.pid}`)

const models = ['vectors/models', '../node_modules/fasttext.wasm.js/dist/fastText/models']
process.env['PAWL_MODELS'] = models.map(path => fileURLToPath(new URL(path, import.meta.url))).join(delimiter)

/** Property tests draw the same cases on every run; another seed, for a longer search, comes from the environment. */
fc.configureGlobal({ seed: Number(process.env['PAWL_TEST_SEED'] ?? 20_261) })
