import type { ConnectorScope } from '@opendirsync/contracts'
import { sql } from 'kysely'
import { type Database, rows } from '../database.ts'

export interface ScopeState {
  /** Null: everything is in scope. */
  readonly scope: ConnectorScope | null
  /** Rises with each change of the scope. */
  readonly revision: number
  /** Null: there never was one. */
  readonly appliedAt: Date | null
  /** What the last finished full import asked for. */
  readonly importedAttributes: readonly string[]
  /** The same, with what a full import in progress asks for: new objects are known by these. */
  readonly askedAttributes: readonly string[]
  /** A full import has ended. */
  readonly imported: boolean
  /** Containers that are found now are not new ones. */
  readonly learnsContainers: boolean
  /** Attributes of conditions that are still to be imported. */
  readonly waitsFor: readonly string[]
}

/** @returns `undefined` when there is no such connector. */
export async function readScope(database: Database, connector: string): Promise<ScopeState | undefined> {
  const [row] = await rows(
    sql<ScopeState>`
      select c.scope, c.scope_revision as revision, c.scope_applied_at as "appliedAt",
        coalesce(c.imported_attributes, '{}') as "importedAttributes",
        coalesce(c.imported_attributes, '{}') || coalesce(
          (select array_agg(distinct a) from full_import f, unnest(f.attributes) a where f.connector = c.name), '{}'
        ) as "askedAttributes",
        c.imported_attributes is not null as imported, c.scope_learns_containers as "learnsContainers",
        coalesce(c.scope_waits_for, '{}') as "waitsFor"
      from connector c where c.name = ${connector}`,
    database
  )
  return row
}

/** The attributes of the scope's conditions that are not among the given ones. Names are compared without regard to case. */
export function missingAttributes(scope: ConnectorScope, known: readonly string[]): string[] {
  const there = new Set(known.map(name => name.toLowerCase()))
  const needed = (scope.conditions ?? []).flat().map(({ attribute }) => attribute)
  return [...new Set(needed)].filter(name => !there.has(name.toLowerCase()))
}
