import { defineMapper } from '../define.js'
import { bool } from '../params.js'
import { CharSet } from '../text/char-set.js'
import { deleteChars } from '../text/delete-chars.js'

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const punctuation = '.， ,-。%《*》/•、&＆(—)（+）：？!！“”·'

/** Deletes everything but common Chinese characters and, as wanted, ASCII letters, digits and punctuation (Data-Juicer). */
export const removeNonChineseCharacterMapper = defineMapper({
  name: 'remove_non_chinese_character_mapper',
  summary: 'Deletes everything but Chinese characters.',
  params: {
    keep_alphabet: bool(true).describe('Keep ASCII letters.'),
    keep_number: bool(true).describe('Keep ASCII digits.'),
    keep_punc: bool(true).describe('Keep a list of Chinese and ASCII punctuation, and the space.'),
  },
  example: {
    params: { keep_alphabet: false, keep_number: false },
    cases: [{ before: { text: '潮水 low tide 在9点退。' }, after: [{ text: '潮水   在点退。' }] }],
  },
  create({ keep_alphabet, keep_number, keep_punc }, { textKey }) {
    const others = `${keep_alphabet ? letters : ''}${keep_number ? '0123456789' : ''}${keep_punc ? punctuation : ''}`
    const kept = CharSet.of(others).bmp.fill(1, 0x4e00, 0x9fa6)
    return {
      map: sample =>
        sample.setText(
          textKey,
          deleteChars(sample.text(textKey), kept, () => false),
        ),
    }
  },
})
