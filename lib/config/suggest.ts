/**
 * The known word that a misspelt one most likely means.
 *
 * @param word what was written
 * @param known the words there are
 * @returns the closest, or `undefined` when none is close: more than a third of the letters would have to change
 */
export function closest(word: string, known: readonly string[]): string | undefined {
  const wanted = plain(word)
  const ranked = known
    .map((candidate) => ({ candidate, distance: distance(wanted, plain(candidate)) }))
    .filter(({ candidate, distance }) => distance <= Math.floor(Math.max(wanted.length, candidate.length) / 3))
    .sort((a, b) => a.distance - b.distance)
  return ranked[0]?.candidate
}

/** The end of a message about a misspelt word: `; did you mean 'x'?`, or `otherwise`. */
export function didYouMean(word: string, known: readonly string[], otherwise = '.'): string {
  const suggestion = closest(word, known)
  return suggestion === undefined ? otherwise : `; did you mean '${suggestion}'?`
}

// Spelling habits are not mistakes of a letter: client_id, client-id and clientID are all close to clientId.
function plain(word: string): string {
  return word.toLowerCase().replace(/[^a-z0-9]/g, '')
}

/** How many letters to add, drop, change, or swap with their neighbour (optimal string alignment). */
function distance(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row]
    for (let column = 1; column <= b.length; column += 1) {
      const same = a[row - 1] === b[column - 1]
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]
      current[column] = Math.min(
        at(last, column) + 1,
        at(current, column - 1) + 1,
        at(last, column - 1) + (same ? 0 : 1),
        swapped ? at(beforeLast, column - 2) + 1 : Infinity,
      )
    }
    beforeLast = last
    last = current
  }
  return at(last, b.length)
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Infinity
}
