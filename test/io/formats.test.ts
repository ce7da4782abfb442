import { oneOf } from '../drawn.js'
import { describeFormat } from './contract.js'

const formats = [
  { format: 'jsonl', compression: 'none', isNested: true },
  { format: 'json', compression: 'none', isNested: true },
  { format: 'csv', compression: 'none', isNested: false },
  { format: 'parquet', compression: 'none', isNested: true },
  { format: 'arrow', compression: 'none', isNested: true },
  { format: 'jsonl', compression: 'gzip', isNested: true },
  { format: 'jsonl', compression: 'zstd', isNested: true },
  { format: 'json', compression: 'gzip', isNested: true },
  { format: 'csv', compression: 'zstd', isNested: false },
  { format: 'tsv', compression: 'none', isNested: false },
] as const

for (const format of oneOf(3, formats)) describeFormat(format)
