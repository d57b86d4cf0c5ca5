import { TimedOutError } from '../errors.ts'
import type { Control } from '../protocol/controls.ts'
import type { LdapResult } from '../protocol/messages.ts'
import type { MessageExchange } from './message-exchange.ts'

/**
 * Sends a request that has exactly one answer, and waits for it.
 * @param action what is tried, for the message of a time-out
 */
export async function reply(
  exchange: MessageExchange,
  request: Buffer,
  { action, timeoutMs, controls = [] }: { action: string; timeoutMs: number; controls?: readonly Control[] }
): Promise<LdapResult> {
  const { promise, resolve, reject } = Promise.withResolvers<LdapResult>()
  const id = exchange.start(
    {
      awaited: true,
      full: false,
      endless: false,
      onMessage: message => {
        if (message.kind === 'result') resolve(message.result)
      },
      onFailure: reject
    },
    request,
    controls
  )
  const timer = setTimeout(() => {
    exchange.abandon(id)
    reject(new TimedOutError(`${exchange.server} did not answer to ${action} within ${timeoutMs} ms.`))
  }, timeoutMs)
  try {
    return await promise
  } finally {
    clearTimeout(timer)
    exchange.finish(id)
  }
}
