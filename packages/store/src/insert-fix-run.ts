import { PermanentError } from '@opendirsync/contracts'
import { sql } from 'kysely'
import { type Database, transact } from './database.ts'
import type { FixChange } from './fix-rows.ts'

export interface NewFix extends FixChange {
  readonly objectGuid: string
  /** As the connector space has it, for people. */
  readonly dn: string
}

export interface NewFixRun {
  readonly connector: string
  readonly requestedBy: string
  readonly fixes: readonly NewFix[]
}

export const mostFixes = 100_000

/** Of 1,000 fixes at a time, so that no statement is larger than some hundred kilobytes. */
const insertedAtATime = 1_000

export interface UndoRequest {
  readonly requestedBy: string
  /** Those fixes only. */
  readonly positions?: readonly number[]
}

function assertWhole(list: readonly NewFix[]): void {
  if (list.length === 0) throw new PermanentError('There is nothing to fix: name at least one fix.')
  if (list.length > mostFixes) {
    throw new PermanentError(
      `${list.length} fixes are too many for one run: ask for ${mostFixes} at the most.`
    )
  }
  const faulty = list.findIndex(({ from, to, attribute }) => `${from}${to}${attribute}`.includes('\0'))
  if (faulty >= 0)
    throw new PermanentError(`Fix ${faulty + 1} holds a NUL character, which no value can have.`)
}

/** @throws PermanentError when it is none that can be kept */
export async function insertFixRun(
  database: Database,
  { connector, requestedBy, fixes: list }: NewFixRun
): Promise<string> {
  assertWhole(list)
  return transact(database, async trx => {
    const { rows: begun } = await sql<{ id: string }>`
      insert into fix_run (connector, requested_by) values (${connector}, ${requestedBy}) returning id`.execute(
      trx
    )
    const id = idOf(begun)
    for (let at = 0; at < list.length; at += insertedAtATime) {
      const part = JSON.stringify(list.slice(at, at + insertedAtATime))
      await sql`
        insert into fix (fix_run, position, object_guid, dn, attribute, action, from_value, to_value)
        select ${id}, ${at} + place - 1, (f ->> 'objectGuid')::uuid, f ->> 'dn', f ->> 'attribute', f ->> 'action',
          f ->> 'from', f ->> 'to'
        from jsonb_array_elements(${part}::jsonb) with ordinality as e (f, place)`.execute(trx)
    }
    return id
  })
}

/** @throws PermanentError when there is nothing to take back; nothing is kept then */
export async function insertUndoRun(
  database: Database,
  { id: undone, connector }: { readonly id: string; readonly connector: string },
  { requestedBy, positions }: UndoRequest
): Promise<string> {
  const chosen = positions === undefined ? sql`true` : sql`position = any(${positions}::int[])`
  return transact(database, async trx => {
    const { rows: begun } = await sql<{ id: string }>`
      insert into fix_run (connector, requested_by, undo_of) values (${connector}, ${requestedBy}, ${undone})
      returning id`.execute(trx)
    const id = idOf(begun)
    const { numAffectedRows } = await sql`
      insert into fix (fix_run, position, object_guid, dn, attribute, action, from_value, to_value)
      select ${id}, row_number() over (order by position desc) - 1, object_guid, dn, attribute,
        case when to_value is null then 'add-value' when from_value is null then 'remove-value' else 'replace' end,
        to_value, from_value
      from fix where fix_run = ${undone} and state = 'applied' and undo_ldif is not null and ${chosen}`.execute(
      trx
    )
    if (numAffectedRows === 0n) {
      throw new PermanentError(
        `The run of fixes ${undone} has written nothing of this: there is nothing to take back.`
      )
    }
    return id
  })
}

function idOf([row]: readonly { id: string }[]): string {
  if (row === undefined) throw new Error('the database returned no row for an insert')
  return row.id
}
