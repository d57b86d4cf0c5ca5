import { Cron } from 'croner'

const parts = ['minute', 'hour', 'day of the month', 'month', 'day of the week'] as const
const form = `five parts (${parts.join(', ')}), in UTC, such as 0 3 * * 0`

/** What is wrong with a cron pattern of five parts, to end a sentence with; `undefined` when nothing is. */
export function cronFault(pattern: string): string | undefined {
  const words = pattern.trim().split(/\s+/)
  if (words.length !== parts.length) return `is not a cron pattern of ${form}`
  const wrong = parts.filter(
    (_part, index) => !isPattern(words.map((word, at) => (at === index ? word : '*')))
  )
  if (wrong.length > 0) return `has a part that cannot be (${wrong.join(', ')}): a cron pattern has ${form}`
  if (nextRun(pattern) === null) return 'never comes true: there is no such day'
  return undefined
}

function isPattern(words: readonly string[]): boolean {
  try {
    nextRun(words.join(' '))
    return true
  } catch {
    return false
  }
}

/** @throws TypeError, RangeError when it is no pattern */
function nextRun(pattern: string): Date | null {
  return new Cron(pattern, { paused: true, timezone: 'UTC', mode: '5-part' }).nextRun()
}
