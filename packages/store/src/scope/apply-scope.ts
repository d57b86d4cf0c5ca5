import type { ConnectorScope, ObjectGuid } from '@opendirsync/contracts'
import { sql } from 'kysely'
import { type Database, type DatabaseTransaction, transact } from '../database.ts'
import { containerClasses } from './classes.ts'
import { decidingTables } from './decide-rows.ts'
import { countsOfVerdicts, type ScopeCounts } from './preview-scope.ts'
import { missingAttributes, readScope } from './read-scope.ts'
import { ScopeConflictError } from './scope-errors.ts'

export interface ScopeChange {
  readonly connector: string
  /** Null, or without any part: everything is in scope. */
  readonly scope: ConnectorScope | null
  /** The revision that the change was decided on; `undefined`: whatever it is. */
  readonly expectedRevision: number | undefined
}

export interface AppliedScope extends ScopeCounts {
  readonly scope: ConnectorScope | null
  readonly revision: number
  /** The transaction's time, as PostgreSQL writes it: to the microsecond, as the rows have it. */
  readonly appliedAt: string
  readonly missingAttributes: readonly string[]
}

/**
 * Writes the scope and decides every object of the connector anew, in one transaction and without asking the
 * directory. It waits for the page that is being committed, and that one's successor waits for it.
 *
 * @returns `undefined` when there is no such connector.
 * @throws ScopeConflictError when the scope's revision is not the expected one.
 */
export function applyScope(database: Database, change: ScopeChange): Promise<AppliedScope | undefined> {
  return transact(database, async trx => {
    if (!(await lockConnector(trx, change.connector))) return undefined
    const state = await readScope(trx, change.connector)
    if (state === undefined) return undefined
    const { expectedRevision, connector } = change
    if (expectedRevision !== undefined && state.revision !== expectedRevision) {
      throw new ScopeConflictError(connector, state.revision)
    }
    const scope = change.scope !== null && Object.keys(change.scope).length > 0 ? change.scope : null
    const missing = missingAttributes(scope ?? {}, state.importedAttributes)
    const written = await writeScope(trx, connector, scope, missing)
    await writeKnownContainers(trx, connector, scope, state.imported)
    const { rows } = await sql<ScopeCounts>`
      with recursive ${decidingTables(
        {
          connector,
          scope: scope ?? {},
          importedAttributes: state.importedAttributes,
          askedAttributes: state.askedAttributes,
          which: sql`true`,
          many: true,
          noneIsNew: true
        },
        true
      )}
      select ${countsOfVerdicts} from verdict where scoped and not deleted`.execute(trx)
    const [counts] = rows
    if (counts === undefined) throw new Error('the database returned no row for a count')
    return { ...counts, ...written, scope, missingAttributes: missing }
  })
}

/** The lock that each chunk of a page is committed under, and then the row. */
async function lockConnector(trx: DatabaseTransaction, connector: string): Promise<boolean> {
  await sql`select pg_advisory_xact_lock(hashtextextended('cookie:' || name || ':' || naming_context, 0))
    from connector where name = ${connector}`.execute(trx)
  const { rows } = await sql`select from connector where name = ${connector} for update`.execute(trx)
  return rows.length > 0
}

async function writeScope(
  trx: DatabaseTransaction,
  connector: string,
  scope: ConnectorScope | null,
  missing: readonly string[]
): Promise<{ revision: number; appliedAt: string }> {
  const { rows } = await sql<{ revision: number; appliedAt: string }>`
    update connector set scope = ${scope === null ? null : JSON.stringify(scope)}::jsonb,
      scope_revision = scope_revision + 1, scope_applied_at = now(),
      scope_waits_for = nullif(${missing}::text[], '{}')
    where name = ${connector}
    returning scope_revision as revision, scope_applied_at::text as "appliedAt"`.execute(trx)
  const [row] = rows
  if (row === undefined) throw new Error('the database returned no row for an update')
  return row
}

async function writeKnownContainers(
  trx: DatabaseTransaction,
  connector: string,
  scope: ConnectorScope | null,
  imported: boolean
): Promise<void> {
  const leavesOut = scope?.containers?.newContainers === 'out'
  await sql`update connector set scope_learns_containers = ${leavesOut && !imported}::boolean
    where name = ${connector}`.execute(trx)
  await sql`delete from scope_container where connector = ${connector}`.execute(trx)
  if (!leavesOut) return
  await sql`insert into scope_container (connector, object_guid)
    select connector, object_guid from staged_object
    where connector = ${connector} and object_class = any(${containerClasses})`.execute(trx)
}

/**
 * Goes through the objects that changed sides when a scope was applied and that synchronisation has not seen since,
 * some at a time: however many they are, few are in memory.
 */
export function visitChanged(
  database: Database,
  { connector, appliedAt }: { readonly connector: string; readonly appliedAt: string },
  visit: (objectGuids: readonly ObjectGuid[]) => Promise<void>
): Promise<void> {
  return transact(database, async trx => {
    await sql`declare changed no scroll cursor for
      select object_guid as "objectGuid" from staged_object
      where staged_at = ${sql.lit(appliedAt)}::timestamptz and connector = ${sql.lit(connector)}
        and revision > synchronised_revision and not scope_pending`.execute(trx)
    for (;;) {
      const { rows } = await sql<{ objectGuid: string }>`fetch 2000 from changed`.execute(trx)
      if (rows.length === 0) return
      await visit(rows.map(row => row.objectGuid))
    }
  })
}
