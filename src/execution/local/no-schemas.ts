/**
 * Stands in for the schema library in the worker's build: operators describe their parameters when their modules are
 * loaded, and nothing in a worker ever asks what they said. Every property and every call gives the stand-in again.
 */
const schema: unknown = new Proxy(() => {}, {
  get: (_, key) => (typeof key === 'symbol' ? undefined : schema),
  apply: () => schema,
})

export const z = schema
