/** The parts that ship with Pawl: importing this registers them, so that workers find them by name. */
export { DocumentReaderStage, JsonlReaderStage, ParquetReaderStage } from './document-reader.js'
export { DocumentJoiner, DocumentSplitter } from './document-splitter.js'
export { JsonlWriter, ParquetWriter } from './document-writer.js'
export { FilePartitioningStage } from './file-partitioning.js'
export { AddId, Modify } from './modify.js'
export { OperatorStage } from './operator-stage.js'
export { Filter, Score, ScoreFilter } from './score-filter.js'
export { WordCountFilter } from './word-count-filter.js'
