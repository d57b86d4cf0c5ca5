import type {
  AttributeRecord,
  DirectoryChange,
  ExportPending,
  Lane,
  WriteBudget
} from '@opendirsync/contracts'
import { queues as definitions } from '@opendirsync/contracts'
import type { Entra, EntraOptions } from '@opendirsync/entra'
import { type EmulatorOptions, type EntraEmulator, startEntraEmulator } from '@opendirsync/entra-emulator'
import { connectQueues, messagesOf, type Queues } from '@opendirsync/queue'
import { openStore, type Store } from '@opendirsync/store'
import { type Redis, startRedis, waitFor } from '@opendirsync/testing'
import { connectWriteBudget } from '@opendirsync/write-budget'
import { Client } from 'pg'
import { afterAll, beforeAll } from 'vitest'
import { consumeExportPending } from '../../services/export/src/consume-export-pending.ts'
import { connect } from '../entra/tenant.ts'
import { recordingLog } from '../queue/recorder.ts'
import { connector, gate, rulesOf, stage } from '../store/fixtures.ts'
import { ownDatabase } from '../support/own-database.ts'

interface Opening {
  readonly emulator?: EmulatorOptions
  readonly entra?: Partial<EntraOptions>
  /** Writes a second that the budget gives; without it nothing is held back. */
  readonly writesPerSecond?: number
}

/** One tenant with all that stands before it but the services themselves. */
export interface ExporterFixture extends AsyncDisposable {
  readonly store: Store
  readonly url: string
  readonly queues: Queues
  readonly entra: Entra
  readonly emulator: EntraEmulator
  readonly budget: (WriteBudget & AsyncDisposable) | undefined
  readonly client: Client
  /** Stages and synchronises; the entries that have something to export. */
  desire(...changes: readonly DirectoryChange[]): Promise<readonly string[]>
  publish(lane: Lane, message: ExportPending): Promise<void>
  /** As the service consumes. */
  consume(settings?: Partial<{ concurrency: number; claimAtOnce: number }>): AsyncDisposable
  /** Waits until no message is there, not even one that waits to be tried again. */
  quiet(lane: Lane, timeoutMs?: number): Promise<void>
  messages(lane: Lane): Promise<number>
  entryOf(change: DirectoryChange): Promise<string>
  /** The same tenant for preparations, which no budget holds back. */
  readonly withoutBudget: Entra
  /** Entries that an exporter has claimed at this moment. */
  lockedEntries(): Promise<string[]>
  /** Finds lost work of the lane urgent as the service does. */
  sweepUrgent(): AsyncDisposable
}

/** Registers the hooks of a file whose tests share one Redis. */
export function serversForFile(): { readonly open: (opening?: Opening) => Promise<ExporterFixture> } {
  let redis: Redis
  beforeAll(async () => {
    redis = await startRedis()
  })
  afterAll(async () => {
    await redis[Symbol.asyncDispose]()
  })
  return {
    open: async opening => {
      await redis.flushAll()
      return openFixture(redis, opening)
    }
  }
}

async function openFixture(redis: Redis, opening: Opening = {}): Promise<ExporterFixture> {
  const { log } = recordingLog()
  const stack = new AsyncDisposableStack()
  const { url } = stack.use(await ownDatabase())
  const store = stack.use(await openStore({ url, poolSize: 14 }))
  const client = new Client({ connectionString: url })
  await client.connect()
  stack.defer(() => client.end())
  const emulator = stack.use(await startEntraEmulator(opening.emulator))
  const queues = stack.use(connectQueues({ redisUrl: redis.url, log }))
  const budget = opening.writesPerSecond === undefined ? undefined : budgetOf(redis, opening.writesPerSecond)
  if (budget !== undefined) stack.use(budget)
  const entra = connect(emulator, { ...(budget !== undefined && { budget }), ...opening.entra })
  const messages = async (lane: Lane) => {
    const key = `opendirsync:export-pending.${lane}`
    const counted = await Promise.all(
      [`LLEN ${key}:wait`, `LLEN ${key}:active`, `ZCARD ${key}:delayed`].map(line => redis.count(line))
    )
    return counted.reduce((sum, each) => sum + each, 0)
  }
  return {
    store,
    url,
    queues,
    entra,
    emulator,
    budget,
    client,
    messages,
    async desire(...changes) {
      const { changed } = await stage(store, changes)
      const { exportable } = await store.metaverse.synchronise({ connector, objectGuids: changed, rules })
      return exportable
    },
    publish: (lane, message) => queues.publish(definitions.exportPending, message, { partition: lane }),
    consume: ({ concurrency = 4, claimAtOnce = 20 } = {}) =>
      consumeExportPending({ store, queues, entra, gate, concurrency, claimAtOnce, retrySeconds: 3_600 }),
    async quiet(lane, timeoutMs = 30_000) {
      await waitFor(async () => (await messages(lane)) === 0, {
        timeoutMs,
        describe: `the lane ${lane} to be empty`
      })
    },
    async entryOf({ objectGuid }) {
      const { rows } = await client.query('select entry_id from staged_object where object_guid = $1', [
        objectGuid
      ])
      return String(rows[0]?.entry_id)
    },
    withoutBudget: connect(emulator),
    async lockedEntries() {
      const free = 'select entry_id from export_state for update skip locked'
      const unlocked = new Set((await client.query(free)).rows.map(row => row.entry_id))
      const all = (await client.query('select entry_id from export_state')).rows.map(row =>
        String(row.entry_id)
      )
      return all.filter(id => !unlocked.has(id))
    },
    sweepUrgent: () =>
      queues.sweep(definitions.exportPending, {
        everyMs: 5_000,
        partition: 'urgent',
        pending: async () =>
          messagesOf(await store.pending.urgentExports(5_000, gate), entryIds => ({ entryIds }))
      }),
    [Symbol.asyncDispose]: () => stack.disposeAsync()
  }
}

function budgetOf(redis: Redis, writesPerSecond: number): WriteBudget & AsyncDisposable {
  return connectWriteBudget({
    redisUrl: redis.url,
    tenantId: 'tenant',
    applicationId: 'application',
    quota: {
      writes: writesPerSecond * 150,
      writeWindowMs: 150_000,
      resourceUnits: 1_000_000,
      resourceUnitWindowMs: 10_000
    },
    share: 1,
    log: recordingLog().log
  })
}

/** Rules whose users and groups the emulated tenant takes. `disabled: yes` disables. */
const rules = rulesOf(staged => {
  const { objectClass, objectGuid, attributes } = staged
  if (staged.deleted || (objectClass !== 'user' && objectClass !== 'group'))
    return { outcome: 'out-of-scope', reason: { code: 'test', message: 'not for the tenant' } }
  const displayName = attributes.displayName?.[0] ?? ''
  const mailNickname = displayName.replaceAll(' ', '.')
  const person: AttributeRecord = {
    accountEnabled: attributes.disabled === undefined,
    displayName,
    mailNickname,
    department: attributes.department?.[0] ?? null,
    userPrincipalName: `${mailNickname}@contoso.com`,
    onPremisesImmutableId: objectGuid
  }
  const group: AttributeRecord = {
    displayName,
    mailNickname,
    securityEnabled: true,
    mailEnabled: false,
    uniqueName: objectGuid
  }
  const values = objectClass === 'user' ? person : group
  return {
    outcome: 'projected',
    objectType: objectClass,
    sourceAnchor: objectGuid,
    attributes: values,
    export: values,
    problems: []
  }
})
