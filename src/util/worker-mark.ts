const mark = Symbol.for('pawl.worker')

/** Says that this process is a worker, to all copies of this package in it. */
export function markWorker(): void {
  Object.assign(globalThis, { [mark]: true })
}

/** True in a worker: a script that it loads for its stages is not to run what it runs elsewhere. */
export function isWorker(): boolean {
  return (globalThis as { [mark]?: boolean })[mark] === true
}
