/** About how many groups a digest keeps; more are more exact. */
const compression = 1000

/**
 * A merging t-digest (Dunning and Ertl, 2019): groups of neighbouring values by mean and weight, small at
 * both ends, so that ranks are exact to about 0.1 % and better in the tails. What it holds follows from
 * the values and their order alone.
 */
export class Digest {
  #means: number[] = []
  #weights: number[] = []
  #count = 0
  #min = Number.POSITIVE_INFINITY
  #max = Number.NEGATIVE_INFINITY

  /** Takes in values in ascending order. */
  merge(sorted: Float64Array): void {
    if (sorted.length === 0) return
    this.#min = Math.min(this.#min, sorted[0])
    this.#max = Math.max(this.#max, sorted[sorted.length - 1])
    const [oldMeans, oldWeights] = [this.#means, this.#weights]
    this.#count += sorted.length
    this.#means = []
    this.#weights = []
    const group = { mean: 0, weight: 0, before: 0, limit: 0 }
    for (let old = 0, at = 0; old < oldMeans.length || at < sorted.length; ) {
      const isOld = at === sorted.length || (old < oldMeans.length && oldMeans[old] <= sorted[at])
      this.#append(group, isOld ? oldMeans[old] : sorted[at], isOld ? oldWeights[old] : 1)
      if (isOld) old++
      else at++
    }
    this.#close(group)
  }

  quantile(share: number): number {
    const target = share * this.#count
    let [mean, center, before] = [this.#min, 0, 0]
    for (const [index, weight] of this.#weights.entries()) {
      const next = before + weight / 2
      if (target <= next) return mix(mean, this.#means[index], (target - center) / (next - center))
      mean = this.#means[index]
      center = next
      before += weight
    }
    return mix(mean, this.#max, (target - center) / (this.#count - center))
  }

  countBelow(bound: number): number {
    if (bound <= this.#min) return 0
    if (bound > this.#max) return this.#count
    let [mean, center, before] = [this.#min, 0, 0]
    for (const [index, weight] of this.#weights.entries()) {
      if (this.#means[index] === bound) return Math.round(before)
      const next = before + weight / 2
      if (this.#means[index] > bound) return Math.round(mix(center, next, (bound - mean) / (this.#means[index] - mean)))
      mean = this.#means[index]
      center = next
      before += weight
    }
    return Math.round(mix(center, this.#count, (bound - mean) / (this.#max - mean)))
  }

  #append(group: Group, mean: number, weight: number): void {
    if (group.weight > 0 && group.before + group.weight + weight > group.limit) this.#close(group)
    if (group.weight === 0) group.limit = this.#count * nextShare(group.before / this.#count)
    group.weight += weight
    group.mean += ((mean - group.mean) * weight) / group.weight
  }

  #close(group: Group): void {
    this.#means.push(group.mean)
    this.#weights.push(group.weight)
    group.before += group.weight
    group.mean = 0
    group.weight = 0
  }
}

interface Group {
  mean: number
  weight: number
  /** Weight of all groups before it. */
  before: number
  /** How far it may reach, in weight from the beginning. */
  limit: number
}

/** The share up to which a group may reach that begins at `share`: one step of the scale k₁. */
function nextShare(share: number): number {
  const angle = Math.asin(2 * share - 1) + (2 * Math.PI) / compression
  return angle >= Math.PI / 2 ? 1 : (Math.sin(angle) + 1) / 2
}

function mix(low: number, high: number, share: number): number {
  return low + (high - low) * Math.min(1, Math.max(0, share))
}
