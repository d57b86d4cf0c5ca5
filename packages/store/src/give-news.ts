import { type RawBuilder, sql } from 'kysely'

/**
 * The statement, or the part of one, that gives objects news although no import has brought any: what they depend on is
 * not what it was. Whoever needs to know whom adds `returning`.
 *
 * @param named the name of a table with `object_guid` and `connector`
 */
export function giveNews(named: string): RawBuilder<unknown> {
  return sql`update staged_object s set revision = s.revision + 1, staged_at = now() from ${sql.raw(named)} n
    where s.object_guid = n.object_guid and s.connector = n.connector`
}
