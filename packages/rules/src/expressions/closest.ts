/** The name that was probably meant, for "did you mean"; undefined when none is near. */
export function closest(written: string, names: Iterable<string>): string | undefined {
  const wanted = written.slice(0, 64).toLowerCase()
  const farthest = wanted.length < 4 ? 1 : 2
  let best: { name: string; distance: number } | undefined
  for (const name of names) {
    const distance = distanceBetween(wanted, name.toLowerCase())
    if (distance <= farthest && distance < (best?.distance ?? Number.POSITIVE_INFINITY))
      best = { name, distance }
  }
  return best?.name
}

/** Damerau and Levenshtein's distance of neighbours: what is added, left out, changed or swapped. */
function distanceBetween(left: string, right: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: right.length + 1 }, (_, index) => index)
  for (let i = 1; i <= left.length; i += 1) {
    const row = [i]
    for (let j = 1; j <= right.length; j += 1) {
      const isSame = left[i - 1] === right[j - 1]
      const changed = (last[j - 1] ?? 0) + (isSame ? 0 : 1)
      const isSwap = left[i - 1] === right[j - 2] && left[i - 2] === right[j - 1]
      const swapped = isSwap ? (beforeLast[j - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY
      row.push(Math.min(changed, (last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, swapped))
    }
    beforeLast = last
    last = row
  }
  return last[right.length] ?? 0
}
