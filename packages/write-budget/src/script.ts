import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Redis } from 'ioredis'
import type { Answer, Ask } from './ask.ts'

const source = ['budget.lua', 'grant.lua']
  .map(file => readFileSync(new URL(file, import.meta.url), 'utf8'))
  .join('\n')
const digest = createHash('sha1').update(source).digest('hex')

/**
 * The budget of one tenant and application. When Redis has forgotten the script, it gets it again.
 * @throws whatever ioredis throws
 */
export function budgetScript(redis: Redis, key: string): (ask: Ask) => Promise<Answer> {
  return async ask => {
    const argument = JSON.stringify(ask)
    try {
      return answerIn(await redis.evalsha(digest, 1, key, argument))
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error
      return answerIn(await redis.eval(source, 1, key, argument))
    }
  }
}

export function budgetKey(tenantId: string, applicationId: string): string {
  return `opendirsync:{budget:${tenantId}:${applicationId}}`
}

function answerIn(reply: unknown): Answer {
  return JSON.parse(String(reply)) as Answer
}
