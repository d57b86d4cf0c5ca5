/** A repeatable stream of choices: the same seed makes the same company on every machine. */
export interface Random {
  /** An integer from 0 to `below` - 1. */
  integer(below: number): number
  /** @throws RangeError for an empty list. */
  pick<T>(from: readonly T[]): T
  /** The list in another order. */
  shuffle<T>(list: readonly T[]): T[]
}

export function randomOf(seed: number): Random {
  let state = seed >>> 0
  // A counter, and the finishing steps of MurmurHash3 to scatter it; good enough for names, not for keys.
  const next = (): number => {
    state = (state + 0x9e3779b9) >>> 0
    let mixed = state
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
    return (mixed ^ (mixed >>> 16)) >>> 0
  }
  const integer = (below: number): number => next() % below
  return {
    integer,
    pick(from) {
      const picked = from[integer(from.length)]
      if (picked === undefined) throw new RangeError('nothing to pick from')
      return picked
    },
    shuffle(list) {
      return list
        .map(value => ({ value, at: next() }))
        .sort((left, right) => left.at - right.at)
        .map(({ value }) => value)
    }
  }
}
