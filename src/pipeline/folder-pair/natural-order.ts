/** Compares names as people count: `part-2` comes before `part-10`. Equal numbers with more zeros come later. */
export function compareNaturally(a: string, b: string): number {
  let [i, j] = [0, 0]
  while (i < a.length && j < b.length) {
    const [x, y] = [digitsAt(a, i), digitsAt(b, j)]
    if (x > i && y > j) {
      const order = compareNumbers(a.slice(i, x), b.slice(j, y))
      if (order !== 0) return order
      i = x
      j = y
    } else {
      const order = a.charCodeAt(i) - b.charCodeAt(j)
      if (order !== 0) return order
      i++
      j++
    }
  }
  return a.length - i - (b.length - j) || (a < b ? -1 : a > b ? 1 : 0)
}

function digitsAt(text: string, from: number): number {
  let at = from
  while (at < text.length && text.charCodeAt(at) >= 0x30 && text.charCodeAt(at) <= 0x39) at++
  return at
}

function compareNumbers(a: string, b: string): number {
  const [x, y] = [a.replace(/^0+/, ''), b.replace(/^0+/, '')]
  return x.length - y.length || (x < y ? -1 : x > y ? 1 : 0)
}
