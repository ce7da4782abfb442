/** How a normalized text is cut: the `i`-th piece is `bytes[ends[i - 1], ends[i])`, with its id or -1 where none fits. */
export class Segmentation {
  bytes: Uint8Array = new Uint8Array()
  count = 0
  ids = new Int32Array(1 << 10)
  ends = new Int32Array(1 << 10)

  clear(bytes: Uint8Array): void {
    this.bytes = bytes
    this.count = 0
  }

  add(id: number, end: number): void {
    if (this.count === this.ids.length) {
      this.ids = doubled(this.ids)
      this.ends = doubled(this.ends)
    }
    this.ids[this.count] = id
    this.ends[this.count++] = end
  }

  startOf(index: number): number {
    return index === 0 ? 0 : this.ends[index - 1]
  }
}

function doubled(array: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(array.length * 2)
  larger.set(array)
  return larger
}
