import { sql } from 'kysely'
import type { ConnectorKind } from './connectors.ts'
import { type Database, rows } from './database.ts'

/** How far a connector's import is, and whether it has a scope. */
export interface ConnectorState {
  readonly name: string
  readonly kind: ConnectorKind
  /** Empty until the directory has told it. */
  readonly namingContext: string
  readonly scopeRevision: number
  /** False: everything is in scope. */
  readonly isScoped: boolean
  /** Where delta imports stand. */
  readonly server: string | null
  readonly advancedAt: Date | null
  /** A full import that has begun and not ended. */
  readonly fullImportStartedAt: Date | null
}

/** By name; without counts, so that it costs the same however many objects there are. */
export function readConnectorStates(database: Database): Promise<ConnectorState[]> {
  return rows(
    sql<ConnectorState>`
      select c.name, c.kind, c.naming_context as "namingContext", c.scope_revision as "scopeRevision",
        c.scope is not null as "isScoped", k.server, k.advanced_at as "advancedAt",
        f.started_at as "fullImportStartedAt"
      from connector c
      left join cookie k on k.connector = c.name and k.naming_context = c.naming_context
      left join full_import f on f.connector = c.name and f.naming_context = c.naming_context
      order by c.name`,
    database
  )
}
