import type { ObjectGuid } from '@opendirsync/contracts'
import { sql } from 'kysely'
import { type Database, rows, transact } from '../database.ts'
import { giveNews } from '../give-news.ts'

/** Objects are being looked at again because other rules were put in force. */
export interface Resync {
  /** The revision of the rules in force. */
  readonly revision: number
  /** The own rules before; undefined: none. */
  readonly from: string | undefined
  /** The own rules now; undefined: none. */
  readonly to: string | undefined
  /** Every object counts, whatever the two say of it. */
  readonly all: boolean
  /** How far it has come. */
  readonly after: ObjectGuid | undefined
  /** Objects that were found to be decided otherwise. */
  readonly touched: number
}

interface TouchInput {
  readonly revision: number
  readonly objects: readonly { readonly connector: string; readonly objectGuid: ObjectGuid }[]
  /** The last object that was looked at; undefined: it was the last of all. */
  readonly after: ObjectGuid | undefined
}

export interface Resyncs {
  current(): Promise<Resync | undefined>
  /**
   * Marks objects as having news and keeps how far the work has come, together.
   *
   * @returns false when other rules have been put in force: the work begins anew.
   */
  touch(input: TouchInput): Promise<boolean>
}

export function resyncs(database: Database): Resyncs {
  return {
    async current() {
      const [row] = await rows(
        sql<
          Omit<Resync, 'from' | 'to' | 'after'> & {
            from: string | null
            to: string | null
            after: string | null
          }
        >`
          select f.revision, old.text as "from", new.text as "to", f.resync_all as "all", f.resync_after as "after",
            f.resync_touched as touched
          from rules_in_force f left join rules_version old on old.version = f.resync_from
          left join rules_version new on new.version = f.version
          where f.resync_since is not null`,
        database
      )
      if (row === undefined) return undefined
      const { from, to, after, ...rest } = row
      return { ...rest, from: from ?? undefined, to: to ?? undefined, after: after ?? undefined }
    },

    touch: ({ revision, objects, after }) =>
      transact(database, async trx => {
        const { rows: still } = await sql`
          update rules_in_force set resync_after = ${after ?? null}, resync_touched = resync_touched + ${objects.length},
            resync_since = case when ${after ?? null}::uuid is null then null else resync_since end
          where revision = ${revision} and resync_since is not null returning revision`.execute(trx)
        if (still.length === 0) return false
        await sql`
          with touched as (
            select s.object_guid, s.connector
            from jsonb_to_recordset(${JSON.stringify(objects)}::jsonb) as t (connector text, "objectGuid" uuid)
            join staged_object s on s.object_guid = t."objectGuid" and s.connector = t.connector
            order by s.object_guid, s.connector for update of s
          )
          ${giveNews('touched')}`.execute(trx)
        return true
      })
  }
}
