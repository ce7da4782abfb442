/** What an operator may be called: its name, and with the number of its occurrence, as in `text_length_filter[1]`. */
export function namesOf(operators: readonly { readonly name: string }[], index: number): readonly [string, string] {
  const { name } = operators[index]
  const before = operators.slice(0, index).filter(other => other.name === name).length
  return [name, `${name}[${before}]`]
}
