// Reads the texts of the quickstart, cleans, filters and shortens them:
//   npx pawl pipeline run examples/pipeline/curate.ts --checkpoint_path outputs/pipeline-state
// Stop it at any time and run it again: it goes on.
import { JsonlReader, JsonlWriter, OperatorStage, Pipeline, ScoreFilter, WordCountFilter } from 'pawl'
import { Shorten } from './stages.js'

export default new Pipeline({ name: 'curate', description: 'clean, filter and shorten the quickstart' })
  .addStage(new JsonlReader({ filePaths: 'examples/quickstart', bytesPerSource: 500_000 }))
  .addStage(new OperatorStage('clean_links_mapper'))
  .addStage(new OperatorStage('whitespace_normalization_mapper'))
  .addStage(new ScoreFilter(new WordCountFilter({ minWords: 5 })))
  .addStage(new Shorten({ longest: 500 }))
  .addStage(new JsonlWriter({ path: 'outputs/pipeline' }))
