import { setTimeout as delay } from 'node:timers/promises'
import type { ServiceContext } from '@opendirsync/runtime'
import type { Store } from '@opendirsync/store'
import type { Static } from 'typebox'
import type { TransformConfig } from './config.ts'
import { watchRulesFile } from './rules-file.ts'

const lookEveryMs = 3_000

type Surroundings = Pick<
  ServiceContext<Static<typeof TransformConfig>>,
  'config' | 'log' | 'signal' | 'untilReady'
>

/**
 * Follows the file of own rules, where there is one. Before any rules were put in force nothing is synchronised until
 * the file can be used: the default rules alone could let in what the file keeps out. Later a faulty file changes nothing.
 */
export async function serveRulesFile(
  store: Store,
  { config: { RULES_FILE: path, RULES_APPLY: apply }, log, signal, untilReady }: Surroundings
): Promise<AsyncDisposable> {
  if (path === undefined) return new AsyncDisposableStack()
  const look = watchRulesFile({ path, apply }, { store, log })
  const { version } = await store.rules.inForce()
  if (version === undefined) await untilReady('the file of rules', look)

  const stopping = new AbortController()
  const stopped = AbortSignal.any([signal, stopping.signal])
  const following = follow()

  async function follow(): Promise<void> {
    let told = ''
    while (!stopped.aborted) {
      try {
        await look()
        told = ''
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error)
        if (message !== told) log.error({ err: error }, `the file of rules is not used: ${message}`)
        told = message
      }
      await delay(lookEveryMs, undefined, { signal: stopped }).catch(() => {})
    }
  }

  return {
    async [Symbol.asyncDispose]() {
      stopping.abort()
      await following
    }
  }
}
