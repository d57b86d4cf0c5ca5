import type { SourceAnchorChoice } from '@opendirsync/contracts'
import { sql } from 'kysely'
import { type Database, rows, transact } from '../database.ts'
import { readRevision, rulesLock } from './hold-rules.ts'

/** The rules that count now. */
export interface RulesInForce {
  /** Rises with each application. */
  readonly revision: number
  /** Undefined: the default rules alone. */
  readonly version: number | undefined
  /** The text of the own rules. */
  readonly text: string | undefined
  /** Undefined: not chosen yet. Own rules may say otherwise. */
  readonly sourceAnchor: SourceAnchorChoice | undefined
}

export interface RulesVersion {
  readonly version: number
  /** The name of an API key, or `file`. */
  readonly author: string
  readonly createdAt: Date
  /** When it was last put in force; null: never. */
  readonly appliedAt: Date | null
}

/** Somebody else has put other rules in force since the caller looked. */
export class RulesConflictError extends Error {
  override readonly name = 'RulesConflictError'
}

export interface RulesVersions {
  inForce(): Promise<RulesInForce>
  /** The revision of the rules in force, without their text. */
  revision(): Promise<number>
  /** Newest first; `before` is the version that an earlier page ended with. */
  versions(input: { limit: number; before?: number }): Promise<RulesVersion[]>
  version(version: number): Promise<(RulesVersion & { readonly text: string }) | undefined>
  /** Keeps a text, which must be valid. A text that is the newest already is not kept twice. */
  propose(text: string, author: string): Promise<number>
  /**
   * Puts a version in force; undefined: the default rules alone. Objects are looked at again by and by (`resync`).
   *
   * @throws RulesConflictError when the rules in force are not the expected ones
   */
  apply(version: number | undefined, expectedRevision: number | undefined): Promise<RulesInForce>
  /** Whether any object was ever let in: then other rules could change what the tenant has. */
  haveDecided(): Promise<boolean>
  /**
   * Says which default rules this program has. When they are not those that the objects were decided by, every object is
   * looked at again (`resync`).
   */
  haveDefaults(fingerprint: string): Promise<void>
  /** The first choice stands. @returns the choice that counts */
  chooseSourceAnchor(choice: SourceAnchorChoice): Promise<SourceAnchorChoice>
}

export function rulesVersions(database: Database): RulesVersions {
  return {
    inForce: () => readInForce(database),
    revision: () => readRevision(database),

    versions: ({ limit, before }) =>
      rows(
        sql<RulesVersion>`
          select version, author, created_at as "createdAt", applied_at as "appliedAt" from rules_version
          where version < ${before ?? 2_147_483_647} order by version desc limit ${limit}`,
        database
      ),

    async version(version) {
      const [row] = await rows(
        sql<RulesVersion & { text: string }>`
          select version, text, author, created_at as "createdAt", applied_at as "appliedAt" from rules_version
          where version = ${version}`,
        database
      )
      return row
    },

    async propose(text, author) {
      const [row] = await rows(
        sql<{ version: number }>`
          with newest as (select version, text from rules_version order by version desc limit 1),
          kept as (
            insert into rules_version (text, author) select ${text}, ${author}
            where not exists (select from newest where text = ${text}) returning version
          )
          select version from kept union all select version from newest where text = ${text}`,
        database
      )
      if (row === undefined) throw new Error('the database kept no version of the rules')
      return row.version
    },

    async apply(version, expectedRevision) {
      await transact(database, async trx => {
        await sql`select pg_advisory_xact_lock(${rulesLock})`.execute(trx)
        const { rows: applied } = await sql`
          update rules_in_force set version = ${version ?? null}, revision = revision + 1,
            -- Objects may have been decided by either of two versions: all of them are looked at again.
            resync_all = resync_since is not null, ${beginResync}
          where revision = ${expectedRevision ?? sql`revision`} returning revision`.execute(trx)
        if (applied.length === 0)
          throw new RulesConflictError('Other rules have been put in force meanwhile. Look at them first.')
        await sql`update rules_version set applied_at = clock_timestamp() where version = ${version ?? null}`.execute(
          trx
        )
      })
      return readInForce(database)
    },

    async haveDecided() {
      const found = await rows(sql`select from metaverse_entry limit 1`, database)
      return found.length > 0
    },

    async haveDefaults(fingerprint) {
      await transact(database, async trx => {
        await sql`select pg_advisory_xact_lock(${rulesLock})`.execute(trx)
        await sql`
          update rules_in_force set defaults = ${fingerprint}, revision = revision + 1, resync_all = true, ${beginResync}
          where defaults is distinct from ${fingerprint} and exists (select from metaverse_entry)`.execute(
          trx
        )
        await sql`update rules_in_force set defaults = ${fingerprint} where defaults is null`.execute(trx)
      })
    },

    async chooseSourceAnchor(choice) {
      const [row] = await rows(
        sql<{ choice: SourceAnchorChoice }>`
          update rules_in_force set source_anchor = coalesce(source_anchor, ${choice}),
            revision = revision + (source_anchor is null)::integer
          returning source_anchor as choice`,
        database
      )
      return row?.choice ?? choice
    }
  }
}

/** What was in force until now is what the objects are compared with. */
const beginResync = sql`resync_from = version, resync_after = null, resync_since = clock_timestamp(), resync_touched = 0`

async function readInForce(database: Database): Promise<RulesInForce> {
  const [row] = await rows(
    sql<{
      revision: number
      version: number | null
      text: string | null
      sourceAnchor: SourceAnchorChoice | null
    }>`
      select f.revision, f.version, v.text, f.source_anchor as "sourceAnchor"
      from rules_in_force f left join rules_version v using (version)`,
    database
  )
  if (row === undefined) throw new Error('the database has no row of the rules in force')
  const { revision, version, text, sourceAnchor } = row
  return {
    revision,
    version: version ?? undefined,
    text: text ?? undefined,
    sourceAnchor: sourceAnchor ?? undefined
  }
}
