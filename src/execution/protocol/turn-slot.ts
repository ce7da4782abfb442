import type { Turns } from '../../util/turns.js'
import type { Slot } from './executor.js'

/** The slot that stands for a turn which was taken: disposing of it gives that back, once, however often it is disposed of. */
export function turnSlot(turns: Turns, run: Slot['run']): Slot {
  let isTaken = true
  return {
    run,
    [Symbol.dispose]: () => {
      if (isTaken) turns.giveBack()
      isTaken = false
    },
  }
}
