/** What the scripts that write documentation and types need beside the public API; not part of the package's exports. */
export { ignoredKeys, ignoredPartitionKeys } from './config/ignored-keys.js'
export { recipeSchema } from './config/recipe-schema.js'
export { errorCodes } from './core/error-codes.js'
export { baseParams, filterParams } from './ops/base-params.js'
export { createCatalog } from './ops/catalog.js'
export { exampleOutcomes, exampleRecipe } from './ops/example-text.js'
export { builtTables } from './util/built-table.js'
