import { type RawBuilder, sql } from 'kysely'

/** The columns of `staged_object`, under this alias, that make a `StagedObject`; `asStaged` does the rest. */
export function stagedColumns(alias: string): RawBuilder<unknown> {
  const s = sql.raw(alias)
  return sql`${s}.connector, ${s}.object_guid as "objectGuid", ${s}.dn, ${s}.parent_guid as "parentGuid",
    ${s}.object_class as "objectClass", ${s}.object_sid as "objectSid", ${s}.deleted, ${s}.out_of_scope as "outOfScope",
    ${s}.attributes, ${s}.revision, ${s}.synchronised_revision as "synchronisedRevision"`
}

/** A row as it is read: PostgreSQL knows no `undefined`. */
export type Read<Staged> = Omit<Staged, 'parentGuid'> & { readonly parentGuid: string | null }

/** The row as a staged object, with whatever else was read of it. */
export function asStaged<Row extends { readonly parentGuid: string | null }>({ parentGuid, ...rest }: Row) {
  return { ...rest, parentGuid: parentGuid ?? undefined }
}
