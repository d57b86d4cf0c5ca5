import { type Fix, hasOneValue } from './fix.ts'

/**
 * How an attribute's values stand to a fix. `ready`: as it expects them. `done`: as it wants them. `changed`: neither.
 * Values are compared with regard to case, though AD has none: a fix may be about nothing else.
 */
export type Standing = 'ready' | 'done' | 'changed'

export function standing(fix: Fix, values: readonly string[]): Standing {
  return fix.to === null ? standingOfRemoval(fix, values) : standingOfValue(fix, fix.to, values)
}

function standingOfRemoval({ attribute, action, from }: Fix, values: readonly string[]): Standing {
  const isAlone = action === 'clear' || hasOneValue(attribute)
  if (from !== null && values.includes(from)) return isAlone && values.length > 1 ? 'changed' : 'ready'
  const isGone = isAlone ? values.length === 0 : !values.some(value => isSame(value, from ?? ''))
  return isGone ? 'done' : 'changed'
}

function standingOfValue({ attribute, from }: Fix, to: string, values: readonly string[]): Standing {
  const hasOld = from !== null && values.includes(from)
  if (values.includes(to) && !hasOld) return 'done'
  const isExpected = from === null ? !hasOneValue(attribute) || values.length === 0 : hasOld
  // AD would refuse a second value that differs by case only.
  const isTaken = values.some(value => value !== from && isSame(value, to))
  return isExpected && !isTaken ? 'ready' : 'changed'
}

function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase()
}
