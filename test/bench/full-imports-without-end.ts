import type { Run } from '@opendirsync/contracts'
import { type System, waitFor } from '@opendirsync/testing'

export interface EndlessLoad extends AsyncDisposable {
  /** @throws Error when the load has ended */
  check(): void
  /** How many full imports have completed. */
  completed(): Promise<number>
}

/**
 * Full imports one after another: as soon as one runs, the next is asked for, so that it waits its turn already when
 * the first ends. Resolves when the first runs; ends when it is disposed, with the one that runs then.
 */
export async function fullImportsWithoutEnd(system: System): Promise<EndlessLoad> {
  const stopping = new AbortController()
  const asked: string[] = []
  let fault: Error | undefined

  const stateOf = async (id: string): Promise<Run['state']> => {
    const { state, error } = (await system.call('GET', `/v1/runs/${id}`)).body as Run
    if (state === 'failed') fault = new Error(`a full import failed: ${error}`)
    return state
  }
  const askForNext = async (): Promise<void> => {
    const { status, body } = await system.call('POST', '/v1/imports', { mode: 'full' })
    if (status !== 202) throw new Error(`the API answered ${status} to a full import`)
    const { id } = body as { id: string }
    asked.push(id)
    await waitFor(async () => stopping.signal.aborted || (await stateOf(id)) !== 'queued', {
      timeoutMs: 300_000,
      everyMs: 50,
      describe: 'a full import to begin'
    })
  }

  await askForNext()
  const asking = (async () => {
    while (!stopping.signal.aborted && fault === undefined) await askForNext()
  })().catch((error: unknown) => {
    fault = error instanceof Error ? error : new Error('the full imports cannot go on', { cause: error })
  })

  return {
    check() {
      if (fault !== undefined) throw fault
    },
    async completed() {
      const states = await Promise.all(asked.map(stateOf))
      return states.filter(state => state === 'completed').length
    },
    async [Symbol.asyncDispose]() {
      stopping.abort()
      await asking
    }
  }
}
