import type { Run } from '@opendirsync/contracts'
import {
  type ApiAnswer,
  callApi,
  type GraphObject,
  type System,
  settled,
  type TenantReader,
  tenantReader,
  waitFor
} from '@opendirsync/testing'

/** The machine may be busy with other tests. */
export const patience = { timeoutMs: 40_000, everyMs: 100 } as const

/** What an operator sees of a system: the REST API, and the tenant. */
export interface View extends Disposable {
  readonly tenant: TenantReader
  call(
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    body?: object | string,
    headers?: Readonly<Record<string, string>>
  ): Promise<ApiAnswer>
  /** Asks for an import, and waits for its end. */
  import(mode: 'full' | 'delta', connector: string): Promise<Run>
  run(id: string): Promise<Run>
  /** Of the connector, newest first. */
  runs(connector: string): Promise<Run[]>
  /** Waits until the run has completed or failed. */
  ended(id: string): Promise<Run>
  /** Waits until nothing is pending but held deletes. */
  quiet(): Promise<void>
  user(userPrincipalName: string): Promise<GraphObject | undefined>
  /** The local parts of the userPrincipalNames that are in the tenant, of those given, in their order. */
  presentAmong(names: readonly string[]): Promise<string[]>
  /** Waits until exactly these of the given names are in the tenant. */
  untilPresent(expected: readonly string[], among: readonly string[]): Promise<void>
}

export function viewOf(system: System): View {
  const tenant = tenantReader(system.emulator.graph)
  const call: View['call'] = (method, path, body, headers = {}) =>
    callApi(system.api, { method, path, body, headers })

  const run = async (id: string) => (await call('GET', `/v1/runs/${id}`)).body as Run
  const ended = (id: string) =>
    waitFor(
      async () => {
        const now = await run(id)
        return (now.state === 'completed' || now.state === 'failed') && now
      },
      { ...patience, describe: `the run ${id} to end` }
    )
  const localParts = async () =>
    new Set((await tenant.users()).map(user => String(user.userPrincipalName).split('@')[0]?.toLowerCase()))
  const presentAmong = async (names: readonly string[]) => {
    const there = await localParts()
    return names.filter(name => there.has(name.toLowerCase()))
  }

  return {
    tenant,
    call,
    run,
    ended,
    presentAmong,
    async import(mode, connector) {
      const { status, body } = await call('POST', '/v1/imports', { mode, connector })
      if (status !== 202) throw new Error(`the API answered ${status} to an import: ${JSON.stringify(body)}`)
      return ended((body as Run).id)
    },
    async runs(connector) {
      const { body } = await call('GET', `/v1/runs?connector=${connector}&limit=100`)
      return (body as { runs: Run[] }).runs
    },
    async quiet() {
      await settled(system, { timeoutMs: patience.timeoutMs, lookEveryMs: 50 })
    },
    async user(userPrincipalName) {
      return (await tenant.users()).find(
        user => String(user.userPrincipalName).toLowerCase() === userPrincipalName.toLowerCase()
      )
    },
    async untilPresent(expected, among) {
      const wanted = among.filter(name => expected.includes(name)).join()
      await waitFor(
        async () => {
          const present = (await presentAmong(among)).join()
          if (present === wanted) return true
          throw new Error(`in the tenant: ${present || 'nobody'}`)
        },
        { ...patience, describe: `the tenant to have of ${among.join()} exactly ${wanted || 'nobody'}` }
      )
    },
    [Symbol.dispose]() {
      tenant[Symbol.dispose]()
    }
  }
}
