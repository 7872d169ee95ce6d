/** Names of a model's outputs, which share one space with the names of its columns. */

/** Gives each name asked for as it is, or with `_` behind it where a column or an earlier name has taken it. */
export function namesBeside(columns: readonly string[]): (name: string) => string {
  const taken = new Set(columns)
  return (name) => {
    let candidate = name
    while (taken.has(candidate)) candidate += '_'
    taken.add(candidate)
    return candidate
  }
}
