import type { LedgerRecord } from './records.js'

/** The key a record is kept under; a later record of the same key takes its place. */
export function recordKey(record: LedgerRecord): string {
  switch (record.kind) {
    case 'point':
    case 'signature':
    case 'verdict':
    case 'trace':
    case 'files_read':
    case 'stages':
      return `${record.kind}/${record.fingerprint}`
    case 'placed':
    case 'open_source':
      return `${record.kind}/${record.source}`
    case 'input':
    case 'pieces':
    case 'round':
      return `${record.kind}/${record.partition}`
    case 'export':
      return `export/${record.target}`
    case 'failure':
      return `failure/${record.epoch}/${record.partition}`
  }
}

/** Which attempt made what a record names, as its file's name says; undefined for records without a file. */
export function attemptOf(record: LedgerRecord): string | undefined {
  switch (record.kind) {
    case 'point':
    case 'signature':
    case 'verdict':
    case 'trace':
    case 'files_read':
      return attemptInPath(record.file.path)
    case 'stages':
      return record.attempt
    case 'input':
    case 'pieces':
    case 'round':
    case 'export':
    case 'failure':
    case 'placed':
    case 'open_source':
      return undefined
  }
}

/** Which attempt made a file of the job directory, as its name says. */
export function attemptInPath(path: string): string {
  return /\.([0-9a-f]{8})\.[^/]*$/.exec(path)?.[1] ?? path
}
