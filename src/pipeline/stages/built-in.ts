/** The parts that ship with Pawl: importing this registers them, so that workers find them by name. */
import './document-reader.js'
import './document-splitter.js'
import './document-writer.js'
import './file-partitioning.js'
import './modify.js'
import './operator-stage.js'
import './score-filter.js'
import './word-count-filter.js'
