import type { BigIntStats } from 'node:fs'

/** Files by what they are on their disk: one may have several names. */
export class SeenFiles {
  readonly #disks = new Map<bigint, Map<bigint | number, string>>()
  /** Of files that have several. */
  readonly #names = new Set<string>()

  /** @returns the name under which a file was seen before: this very one where that was it */
  add(path: string, { dev, ino }: BigIntStats): string | undefined {
    let disk = this.#disks.get(dev)
    if (disk === undefined) this.#disks.set(dev, (disk = new Map()))
    // As keys, numbers take a third of the memory.
    const inode = ino <= Number.MAX_SAFE_INTEGER ? Number(ino) : ino
    const earlier = disk.get(inode)
    if (earlier === undefined) disk.set(inode, path)
    if (earlier === undefined || earlier === path || this.#names.has(path)) return earlier && path
    this.#names.add(path)
    return earlier
  }
}
