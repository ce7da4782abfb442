/**
 * Runs `work` on every item, at most `width` at a time, in order of start. The first rejection ends the
 * taking of further items and is thrown once what is under way has ended.
 */
export async function forEachConcurrently<T>(
  items: Iterable<T> | AsyncIterable<T>,
  width: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const iterator = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]()
  let failure: { error: unknown } | undefined
  async function lane(): Promise<void> {
    while (failure === undefined) {
      const next = await iterator.next()
      if (next.done) return
      try {
        await work(next.value)
      } catch (error) {
        failure ??= { error }
      }
    }
  }
  await Promise.all(Array.from({ length: Math.max(1, width) }, lane))
  if (failure !== undefined) throw failure.error
}

/**
 * Runs `work` on every item, each at a place that is acquired before the item is taken and let go after it, in order of
 * start. The first rejection, also of `acquire`, ends the taking of further items and is thrown once what is under way has ended.
 */
export async function forEachAtPlace<T, P extends Disposable>(
  items: Iterable<T>,
  acquire: () => Promise<P>,
  work: (item: T, place: P) => Promise<void>,
): Promise<void> {
  let failure: { error: unknown } | undefined
  const underWay = new Set<Promise<void>>()
  const workAt = async (item: T, place: P) => {
    try {
      await work(item, place)
    } catch (error) {
      failure ??= { error }
    } finally {
      place[Symbol.dispose]()
    }
  }
  for (const item of items) {
    const place = await acquire().catch((error: unknown) => void (failure ??= { error }))
    if (place === undefined) break
    if (failure !== undefined) {
      place[Symbol.dispose]()
      break
    }
    const working: Promise<void> = workAt(item, place).finally(() => underWay.delete(working))
    underWay.add(working)
  }
  await Promise.all(underWay)
  if (failure !== undefined) throw failure.error
}
