import type { AttributeRecord, DirectoryChange, Rules, StagedObject } from '@opendirsync/contracts'
import { openStore, type Store } from '@opendirsync/store'
import { Client } from 'pg'
import { afterEach, beforeEach } from 'vitest'
import { ownDatabase } from '../support/own-database.ts'
import { type Decision, exportAll, gate, decide as plainly, rulesOf, stage, user } from './fixtures.ts'

/** Two domains of one forest, and a domain of another. */
export const domains = { a: 'a.forest.test', b: 'b.forest.test', other: 'other.test' } as const
type Domain = keyof typeof domains

/** Several directories of one database, and the tenant that they are kept in. */
export interface Forest extends AsyncDisposable {
  readonly store: Store
  readonly url: string
  report(domain: Domain, ...changes: readonly DirectoryChange[]): Promise<void>
  /** One message: objects of one domain are synchronised, nothing is exported. */
  synchronise(domain: Domain, ...objects: readonly DirectoryChange[]): Promise<void>
  /** Until nothing is pending. @returns what was written to the tenant, in order */
  settle(): Promise<string[]>
  /** Reported, synchronised, exported. */
  through(domain: Domain, ...changes: readonly DirectoryChange[]): Promise<string[]>
  /** The names of those that the tenant has as members (or managers) of an object. */
  referredBy(object: DirectoryChange): Promise<string[]>
  /** Does something while the row of an object is locked, as by a page in progress. */
  whileHeld(domain: Domain, object: DirectoryChange, work: () => Promise<void>): Promise<void>
  /** The objects that a domain is to read again. */
  rereads(domain: Domain): Promise<readonly string[]>
  /** What the tenant should have, by display name. Who is not to be there is not in it. */
  desired(): Promise<Readonly<Record<string, AttributeRecord>>>
  /** As `code name`, sorted. */
  problems(): Promise<string[]>
  /** Looks into the tables. */
  query<Row extends object>(text: string): Promise<Row[]>
}

/** Registers the hooks of a file whose tests each have a forest of their own. */
export function forestForEachTest(take: (forest: Forest) => void, applied: Rules = rules): void {
  let forest: Forest
  beforeEach(async () => {
    forest = await openForest(applied)
    take(forest)
  })
  afterEach(() => forest[Symbol.asyncDispose]())
}

/** The plain rules; who has `optedOut` is not for the tenant, and who is outside the scope neither. */
function decide(staged: StagedObject): Decision {
  const isOut = staged.attributes.optedOut !== undefined || (staged.outOfScope ?? null) !== null
  if (!isOut) return plainly(staged)
  return { outcome: 'out-of-scope', reason: { code: 'test', message: 'opted out' } }
}

export const rules = rulesOf(decide)

/** How a group of another forest sees an account. */
export function foreignPrincipal(objectSid: string, changes: Partial<DirectoryChange> = {}): DirectoryChange {
  return user(objectSid, { objectClass: 'foreignSecurityPrincipal', objectSid, attributes: {}, ...changes })
}

export function deleted(object: DirectoryChange): DirectoryChange {
  return { ...object, complete: false, state: 'deleted', attributes: {}, links: [] }
}

export function optedOut(object: DirectoryChange): DirectoryChange {
  return { ...object, attributes: { ...object.attributes, optedOut: ['yes'] } }
}

/** The members that a group is now told to have, all of them. */
export function withMembers(team: DirectoryChange, ...members: readonly DirectoryChange[]): DirectoryChange {
  const added = members.map(member => member.objectGuid)
  return { ...team, links: [{ attribute: 'member', added, removed: [] }], replacesLinks: ['member'] }
}

let sids = 0
/** A SID of a domain that no other account has. */
export function newSid(): string {
  return `S-1-5-21-1111-2222-3333-${1_000 + ++sids}`
}

async function openForest(applied: Rules): Promise<Forest> {
  await using opening = new AsyncDisposableStack()
  const { url } = opening.use(await ownDatabase())
  const store = opening.use(await openStore({ url }))
  const client = new Client({ connectionString: url })
  await client.connect()
  opening.defer(() => client.end())
  const opened = opening.move()
  const synchroniseIn = (connector: string, objectGuids: readonly string[]) =>
    store.metaverse.synchronise({ connector, objectGuids, rules: applied })

  const settle = async () => {
    const operations: string[] = []
    for (let round = 0; round < 10; round += 1) {
      const news = await store.pending.staged(1_000)
      for (const connector of new Set(news.map(row => row.connector))) {
        await synchroniseIn(
          connector,
          news.flatMap(row => (row.connector === connector ? row.objectGuid : []))
        )
      }
      operations.push(...(await exportAll(store, await store.pending.exports(1_000, gate))))
      if (news.length === 0) return operations
    }
    throw new Error('The objects do not come to rest: something is pending after ten rounds.')
  }
  const report = async (domain: Domain, ...changes: readonly DirectoryChange[]) => {
    await stage(store, changes, { connector: domains[domain] })
  }
  return {
    store,
    url,
    report,
    settle,
    async synchronise(domain, ...objects) {
      await synchroniseIn(
        domains[domain],
        objects.map(object => object.objectGuid)
      )
    },
    async through(domain, ...changes) {
      await report(domain, ...changes)
      return settle()
    },
    async referredBy({ objectGuid }) {
      const { rows } = await client.query<{ name: string }>(
        `select t.desired ->> 'displayName' as name from staged_object s
         join export_link l on l.source_entry = s.entry_id and l.exported
         join export_object t on t.entry_id = l.target_entry
         join export_state e on e.entry_id = l.target_entry and e.entra_state = 'present'
         where s.object_guid = $1 and not s.deleted order by name`,
        [objectGuid]
      )
      return rows.map(row => row.name)
    },
    async whileHeld(domain, { objectGuid }, work) {
      await client.query('begin')
      await client.query('select from staged_object where connector = $1 and object_guid = $2 for update', [
        domains[domain],
        objectGuid
      ])
      try {
        await work()
      } finally {
        await client.query('rollback')
      }
    },
    rereads: async domain =>
      (await store.connectorSpace.rereads(domains[domain], { limit: 100, server: 'dc1' })).guids,
    async desired() {
      const { rows } = await client.query<{ name: string; desired: AttributeRecord }>(
        `select desired ->> 'displayName' as name, desired from export_object where desired_present`
      )
      return Object.fromEntries(rows.map(({ name, desired }) => [name, desired]))
    },
    async problems() {
      const { rows } = await client.query<{ problem: string }>(
        `select p ->> 'code' || ' ' || (s.attributes -> 'displayName' ->> 0) as problem from staged_object s
         left join metaverse_entry m on m.id = s.entry_id
         cross join jsonb_array_elements(coalesce(m.problems, '[]') || coalesce(s.problem, '[]')) p
         where not s.deleted order by problem`
      )
      return rows.map(row => row.problem)
    },
    query: async <Row extends object>(text: string) => (await client.query<Row>(text)).rows,
    [Symbol.asyncDispose]: () => opened.disposeAsync()
  }
}
