import type { SrvRecord } from './srv-message.ts'

/**
 * The order in which a client should try the servers of a service (RFC 2782, "Usage rules"): by priority, and among equals
 * by lot, in which the weights are the chances.
 * @param random at least 0 and less than 1
 */
export function orderServers(records: readonly SrvRecord[], random: () => number): SrvRecord[] {
  const priorities = [...new Set(records.map(({ priority }) => priority))].sort((a, b) => a - b)
  return priorities.flatMap(priority =>
    drawByWeight(
      records.filter(record => record.priority === priority),
      random
    )
  )
}

function drawByWeight(records: readonly SrvRecord[], random: () => number): SrvRecord[] {
  // Those without a weight come first, where only a drawn zero finds them.
  const left = [...records].sort((a, b) => Number(a.weight > 0) - Number(b.weight > 0))
  const drawn: SrvRecord[] = []
  while (left.length > 0) {
    const total = left.reduce((sum, { weight }) => sum + weight, 0)
    const lot = Math.floor(random() * (total + 1))
    let sum = 0
    const index = left.findIndex(({ weight }) => {
      sum += weight
      return sum >= lot
    })
    drawn.push(...left.splice(index, 1))
  }
  return drawn
}
