import { lanes, type QuotaNews, UnavailableError, type WriteBudget } from '@opendirsync/contracts'
import type { Redis } from 'ioredis'
import { type Answer, type Ask, limitsOf, type Taker } from './ask.ts'
import { Heard } from './heard.ts'
import { Line } from './line.ts'
import type { WriteBudgetOptions, WriteBudgetState } from './options.ts'
import { connectRedis, redisFault } from './redis-connection.ts'
import { budgetKey, budgetScript } from './script.ts'

const defaultPatienceMs = 5_000

interface ConnectedWriteBudget extends WriteBudget, AsyncDisposable {
  /** @throws UnavailableError('redis'); SetupError `redis-credentials`, `redis-permissions` */
  state(): Promise<WriteBudgetState>
}

/**
 * The budget that all processes share which name the same tenant, application and Redis. Does not wait for Redis.
 * @throws RangeError when share or quota are not above 0, or the share is above 1
 */
export function connectWriteBudget(options: WriteBudgetOptions): ConnectedWriteBudget {
  const { share, quota, log, patienceMs = defaultPatienceMs } = options
  if (!(share > 0 && share <= 1))
    throw new RangeError('The share of the quota must be above 0 and at most 1.')
  if (!Object.values(quota).every(value => value > 0))
    throw new RangeError('Quotas and their windows must be above 0.')

  const redis = connectRedis(options.redisUrl, log)
  const limits = limitsOf(options)
  const teller = new Teller(redis, budgetKey(options.tenantId, options.applicationId), limits)
  const process = crypto.randomUUID()
  const lines = lanes.map((name, position) => {
    const lane = position + 1
    const common = { lane, patienceMs, ask: (taker: Taker) => teller.call(taker) }
    return {
      // Reads have a line of their own: they do not wait for the writes that came before them.
      reads: new Line({ ...common, asker: `${process}:${name}:reads` }),
      writes: new Line({ ...common, asker: `${process}:${name}:writes` })
    }
  })

  return {
    take(lane, costs) {
      const line = lines[lanes.indexOf(lane)]
      const firstWrite = costs.findIndex(({ writes }) => writes > 0)
      if (line === undefined || costs.length === 0) return Promise.resolve(0)
      if (firstWrite === 0) return line.writes.take(costs)
      return line.reads.take(firstWrite === -1 ? costs : costs.slice(0, firstWrite))
    },
    note(news) {
      if (!teller.note(news)) return
      const { retryAfterMs, kind } = news.throttled ?? {}
      log.warn({ system: 'entra', retryAfterMs, kind }, 'The tenant asks to slow down: requests wait')
    },
    state: async () => stateOf(limits, await teller.call({})),
    async [Symbol.asyncDispose]() {
      const closed = new UnavailableError('redis', 'The write budget was closed before the request was sent.')
      for (const { reads, writes } of lines) {
        reads.rejectAll(closed)
        writes.rejectAll(closed)
      }
      await teller.told
      if (redis.status === 'ready') await redis.quit().catch(() => {})
      redis.disconnect()
    }
  }
}

/** Calls the script, with all news that are still to be told. */
class Teller {
  /** Settles when the news of the last `note` are told, or cannot be told now. Never rejects. */
  told: Promise<void> = Promise.resolve()
  readonly #heard = new Heard()
  readonly #run: (ask: Ask) => Promise<Answer>
  readonly #limits: Ask['limits']
  #scheduled = false

  constructor(redis: Redis, key: string, limits: Ask['limits']) {
    this.#run = budgetScript(redis, key)
    this.#limits = limits
  }

  async call(taker: Partial<Taker>): Promise<Answer> {
    const askedAt = performance.now()
    const news = this.#heard.tell(askedAt)
    try {
      const answer = await this.#run({ ...taker, ...news, limits: this.#limits })
      this.#heard.learn(answer, askedAt)
      return answer
    } catch (error) {
      this.#heard.putBack(news)
      throw redisFault(error)
    }
  }

  /** Whether it is worth a line in the log. The answers to a batch come one by one and are told together. */
  note(news: QuotaNews): boolean {
    const begins = this.#heard.note(news, performance.now())
    if (!this.#scheduled) {
      this.#scheduled = true
      this.told = new Promise(setImmediate).then(() => this.#tell())
    }
    return begins
  }

  async #tell(): Promise<void> {
    this.#scheduled = false
    // Whoever asks next tells it, and is told that Redis is away.
    await this.call({}).catch(() => {})
  }
}

function stateOf(limits: Ask['limits'], { left, pace, pausedForMs, waiting }: Answer): WriteBudgetState {
  const [urgent, single, bulk] = waiting
  return {
    writes: { perSecond: limits.writes.perSecond, pace: pace.writes, left: left.writes },
    resourceUnits: { perSecond: limits.units.perSecond, pace: pace.units, left: left.units },
    pausedForMs,
    waiting: { urgent, single, bulk }
  }
}
