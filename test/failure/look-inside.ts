import type { Run } from '@opendirsync/contracts'
import { type LogLine, type Service, type System, settled, waitFor } from '@opendirsync/testing'
import { Client } from 'pg'

export async function openPostgres(system: System): Promise<Client & AsyncDisposable> {
  const client = new Client({ connectionString: system.postgres.url })
  await client.connect()
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.end() })
}

export async function countOf(client: Client, query: string): Promise<number> {
  const { rows } = await client.query<{ count: number }>(`select count(*)::int as count from ${query}`)
  return rows[0]?.count ?? 0
}

/** Newest first. */
export async function runsOf(system: System, mode: Run['mode']): Promise<readonly Run[]> {
  const { status, body } = await system.call('GET', '/v1/runs?limit=200')
  if (status !== 200) throw new Error(`GET /v1/runs answered ${status}`)
  return (body as { runs: Run[] }).runs.filter(run => run.mode === mode)
}

export async function request(system: System, mode: Run['mode']): Promise<string> {
  const { status, body } = await system.call('POST', '/v1/imports', { mode })
  if (status !== 202) throw new Error(`POST /v1/imports answered ${status}: ${JSON.stringify(body)}`)
  return (body as Run).id
}

/** Waits until the run has ended. */
export function ended(system: System, id: string, timeoutMs = 30_000): Promise<Run> {
  const look = async () => {
    const run = (await system.call('GET', `/v1/runs/${id}`)).body as Run
    return ['completed', 'failed'].includes(run.state) && run
  }
  return waitFor(look, { describe: `the run ${id} to end`, timeoutMs, everyMs: 50 }) as Promise<Run>
}

/** Waits until nothing is pending; what is counted at the emulator afterwards is all that comes. */
export async function atRest(system: System): Promise<void> {
  await settled(system, { timeoutMs: 40_000, lookEveryMs: 100 })
}

/** The writes that Graph was asked for: `PATCH /users/{id}` and how many of it. */
export async function writes(system: System): Promise<Readonly<Record<string, number>>> {
  const { byOperation } = await system.emulator.requests()
  return Object.fromEntries(
    Object.entries(byOperation).filter(([name]) => !name.startsWith('GET ') && !/\$batch|getByIds/.test(name))
  )
}

export function said(service: Service, text: RegExp): readonly LogLine[] {
  return service.log().filter(line => text.test(line.msg ?? ''))
}
