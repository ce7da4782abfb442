import { describeFormat } from './contract.js'

describeFormat({ format: 'jsonl', compression: 'none', isNested: true })
describeFormat({ format: 'jsonl', compression: 'gzip', isNested: true })
describeFormat({ format: 'jsonl', compression: 'zstd', isNested: true })
describeFormat({ format: 'json', compression: 'none', isNested: true })
describeFormat({ format: 'json', compression: 'gzip', isNested: true })
describeFormat({ format: 'csv', compression: 'none', isNested: false })
describeFormat({ format: 'csv', compression: 'zstd', isNested: false })
describeFormat({ format: 'tsv', compression: 'none', isNested: false })
describeFormat({ format: 'parquet', compression: 'none', isNested: true })
describeFormat({ format: 'arrow', compression: 'none', isNested: true })
