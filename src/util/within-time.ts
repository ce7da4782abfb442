/**
 * Waits for something that may never come, and keeps the process alive meanwhile.
 *
 * @throws {Error} with `message` once the time is over
 */
export async function withinTime<T>(ms: number, message: string, work: () => T | Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(message)), ms)
  })
  try {
    return await Promise.race([work(), late])
  } finally {
    clearTimeout(timer)
  }
}
