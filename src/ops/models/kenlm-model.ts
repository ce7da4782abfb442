import type { ModelFile } from '../../core/operator.js'
import type { LanguageModel } from '../text/kenlm/language-model.js'
import { checkKenlm, openKenlm } from '../text/kenlm/open-kenlm.js'
import { findModel } from './find-model.js'
import { digestOfModel, loadModel } from './model-cache.js'

/** A language model that is read into memory when it is first asked for. */
export interface KenlmModel {
  readonly file: ModelFile
  readonly digest: string
  load(): LanguageModel
}

/**
 * The language model of a language, under the name that Data-Juicer has for it; a text in ARPA format is read under it,
 * too.
 *
 * @throws {Error} where the file is absent, or its start tells that it cannot be read
 */
export function kenlmFor(lang: string, modelDir: string | null | undefined): KenlmModel {
  const path = findModel(`${lang}.arpa.bin`, modelDir, 'its KenLM model')
  const memoryBytes = loadModel('kenlm header', path, checkKenlm)
  return { file: { path, memoryBytes }, digest: digestOfModel(path), load: () => loadModel('kenlm', path, openKenlm) }
}
