/** How a MinHash signature is cut: samples with one equal band of `rows` values are near duplicates. */
export interface Bands {
  readonly bands: number
  readonly rows: number
}

/** Enough for all polynomials of up to 512 permutations to be integrated exactly. */
const mostPoints = 257

/**
 * The bands with the least sum of two areas: that of pairs below the threshold that share one, and that of pairs above
 * it that share none, over all similarities alike. The first of equal ones, fewest bands and then fewest rows.
 */
export function optimalBands(threshold: number, permutations: number): Bands {
  const points = gaussPoints(Math.min(mostPoints, (permutations >> 1) + 1))
  const below = points.map(({ at, weight }) => ({ at: at * threshold, weight: weight * threshold }))
  const above = points.map(({ at, weight }) => ({
    at: threshold + at * (1 - threshold),
    weight: weight * (1 - threshold),
  }))
  let best: Bands = { bands: 1, rows: 1 }
  let least = Number.POSITIVE_INFINITY
  for (let bands = 1; bands <= permutations; bands++) {
    for (let rows = 1; rows <= Math.floor(permutations / bands); rows++) {
      let error = 0
      for (const { at, weight } of below) error += weight * (1 - (1 - at ** rows) ** bands)
      if (error >= least) continue
      for (const { at, weight } of above) error += weight * (1 - at ** rows) ** bands
      if (error >= least) continue
      least = error
      best = { bands, rows }
    }
  }
  return best
}

interface Point {
  readonly at: number
  readonly weight: number
}

/** Points and weights of the rule of Gauss and Legendre on [0, 1], which is exact up to the degree `2 · count - 1`. */
function gaussPoints(count: number): Point[] {
  return Array.from({ length: count }, (_, i) => {
    let x = Math.cos((Math.PI * (i + 0.75)) / (count + 0.5))
    let slope = 1
    for (let step = 0; step < 100; step++) {
      let [last, value] = [1, x]
      for (let degree = 2; degree <= count; degree++)
        [last, value] = [value, ((2 * degree - 1) * x * value - (degree - 1) * last) / degree]
      slope = (count * (x * value - last)) / (x * x - 1)
      const change = value / slope
      x -= change
      if (Math.abs(change) < 1e-15) break
    }
    return { at: (x + 1) / 2, weight: 1 / ((1 - x * x) * slope * slope) }
  })
}
