/** Names of the fields that operators add to a sample, as in Data-Juicer. */
export const fields = {
  stats: '__dj__stats__',
  meta: '__dj__meta__',
  batchMeta: '__dj__batch_meta__',
  suffix: '__dj__suffix__',
  hash: '__dj__hash',
  minhash: '__dj__minhash',
  simhash: '__dj__simhash',
  uid: '__dj__uid',
} as const
