/** Words with their replacements, found by prefix; one branch a code unit. */
export class WordTree {
  readonly #root: Branch = { value: undefined, next: new Map() }

  constructor(entries: Iterable<readonly [word: string, replacement: string]>) {
    for (const [word, replacement] of entries) {
      let branch = this.#root
      for (let i = 0; i < word.length; i++) {
        const unit = word.charCodeAt(i)
        let next = branch.next.get(unit)
        if (next === undefined) branch.next.set(unit, (next = { value: undefined, next: new Map() }))
        branch = next
      }
      branch.value = replacement
    }
  }

  /** The longest word that stands at an offset. */
  longestAt(text: string, at: number): { readonly length: number; readonly replacement: string } | undefined {
    let branch: Branch | undefined = this.#root
    let found: { length: number; replacement: string } | undefined
    for (let end = at; branch !== undefined; end++) {
      if (branch.value !== undefined) found = { length: end - at, replacement: branch.value }
      branch = end < text.length ? branch.next.get(text.charCodeAt(end)) : undefined
    }
    return found
  }
}

interface Branch {
  value: string | undefined
  readonly next: Map<number, Branch>
}
