import { closeSync } from 'node:fs'
import { isatty } from 'node:tty'
import { type StopSignal, signalCodes } from './errors.js'

/** Signals of the system, as a signal that work can be stopped by. */
interface StopListener {
  readonly signal: AbortSignal
  listen(): void
  received(): StopSignal | undefined
  ignore(): void
}

/**
 * The first signal stops the job in order, a second one ends the process at once; either way the job can be resumed. Until
 * `listen` is called a signal ends the process, as there is nothing to put in order yet.
 */
export function listenForStop(): StopListener {
  const controller = new AbortController()
  const terminals = [0, 1, 2].filter(fd => isatty(fd))
  let received: StopSignal | undefined
  const onSignal = (signal: NodeJS.Signals) => {
    if (received !== undefined) process.exit(signalCodes[received])
    received = signal as StopSignal
    if (signal === 'SIGHUP') leaveTerminal(terminals)
    controller.abort(`received ${signal}`)
  }
  const signals = Object.keys(signalCodes) as StopSignal[]
  return {
    listen: () => {
      for (const signal of signals) process.on(signal, onSignal)
    },
    signal: controller.signal,
    received: () => received,
    ignore: () => {
      for (const signal of signals) process.off(signal, onSignal)
    },
  }
}

/**
 * A terminal that was closed can be neither written to nor put back to how it was: Node ends by an abort where it tries
 * to, so that it is let go of first.
 */
function leaveTerminal(terminals: readonly number[]): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
  process.once('exit', () => {
    for (const fd of terminals) closeSync(fd)
  })
}
