import type { ObjectGuid } from '@opendirsync/contracts'
import { sql } from 'kysely'
import { type Database, type DatabaseTransaction, transact } from '../database.ts'
import type { PersonOutcome } from './person.ts'
import type { PositionKey } from './positions.ts'

/** What came of one page of changes, or of some people that were read one by one. */
export interface PasswordOutcomes extends PositionKey {
  readonly people: readonly PersonOutcome[]
  /** Objects that are gone. */
  readonly deleted: readonly ObjectGuid[]
  /** Where the page leads, when all of it is in here. */
  readonly advance?: CursorAdvance
}

interface CursorAdvance {
  readonly cursor: string
  readonly server: string
  /** That of the position which the page was read for. */
  readonly epoch: number
  /** All that there was has been read. */
  readonly isLast: boolean
}

/** @returns false when everything is to be read again meanwhile: the outcomes are kept, the cursor is not */
export function recordOutcomes(database: Database, outcomes: PasswordOutcomes): Promise<boolean> {
  return transact(database, async trx => {
    await writePeople(trx, outcomes)
    if (outcomes.deleted.length > 0) {
      await sql`delete from password_person where connector = ${outcomes.connector}
        and object_guid = any(${[...outcomes.deleted]}::uuid[])`.execute(trx)
    }
    return outcomes.advance === undefined || (await advance(trx, outcomes, outcomes.advance))
  })
}

/** What is known of an older password never takes the place of what is known of a later one. */
async function writePeople(
  trx: DatabaseTransaction,
  { connector, people }: Pick<PasswordOutcomes, 'connector' | 'people'>
): Promise<void> {
  if (people.length === 0) return
  await sql`
    insert into password_person as p (connector, object_guid, dn, object_class, user_account_control, must_change,
      password_set_at, selection, version, version_at, state, sent_version, sent_version_at, sent_forced, sent_to,
      sent_at, attempts, problem, due_at, asked, answered)
    select ${connector}, n.*
    from (select r.object_guid, r.dn, r.object_class, r.user_account_control, r.must_change, r.password_set_at,
        r.selection, r.version, r.version_at, r.state, r.sent_version, r.sent_version_at, r.sent_forced, r.sent_to,
        case when r.sent_to is not null then clock_timestamp() end, r.attempts, r.problem,
        clock_timestamp() + r.due_in_ms * interval '1 millisecond', r.asked, r.answered
      from jsonb_to_recordset(${JSON.stringify(people.map(asRecord))}::jsonb) as r (object_guid uuid, dn text,
        object_class text, user_account_control integer, must_change boolean, password_set_at timestamptz,
        selection text, version integer, version_at timestamptz, state text, sent_version integer,
        sent_version_at timestamptz, sent_forced boolean, sent_to uuid, attempts integer, problem jsonb,
        due_in_ms double precision, asked integer, answered integer)
      order by r.object_guid) as n
    on conflict (object_guid, connector) do update set
      dn = excluded.dn, object_class = excluded.object_class, user_account_control = excluded.user_account_control,
      must_change = excluded.must_change, password_set_at = excluded.password_set_at, selection = excluded.selection,
      version = excluded.version, version_at = excluded.version_at, state = excluded.state,
      since = case when p.state = excluded.state then p.since else clock_timestamp() end,
      sent_version = coalesce(excluded.sent_version, p.sent_version),
      sent_version_at = coalesce(excluded.sent_version_at, p.sent_version_at),
      sent_forced = coalesce(excluded.sent_forced, p.sent_forced), sent_to = coalesce(excluded.sent_to, p.sent_to),
      sent_at = coalesce(excluded.sent_at, p.sent_at), attempts = excluded.attempts, problem = excluded.problem,
      due_at = case when p.asked > excluded.asked then clock_timestamp() else excluded.due_at end,
      answered = greatest(p.answered, excluded.answered)
    where p.version is null or excluded.version is null
      or (excluded.version, excluded.version_at) >= (p.version, p.version_at)`.execute(trx)
}

function asRecord({ facts, state, sent, attempts, problem, dueInMs, asked, answered }: PersonOutcome) {
  return {
    object_guid: facts.objectGuid,
    dn: facts.dn,
    object_class: facts.objectClass,
    user_account_control: facts.userAccountControl,
    must_change: facts.mustChange,
    password_set_at: facts.passwordSetAt,
    selection: facts.selection,
    version: facts.version?.number,
    version_at: facts.version?.at,
    state,
    sent_version: sent?.version.number,
    sent_version_at: sent?.version.at,
    sent_forced: sent?.forced,
    sent_to: sent?.entraId,
    attempts,
    problem,
    due_in_ms: dueInMs,
    asked,
    answered
  }
}

async function advance(
  trx: DatabaseTransaction,
  { connector, namingContext, people }: PasswordOutcomes,
  { cursor, server, epoch, isLast }: CursorAdvance
): Promise<boolean> {
  const times = people.flatMap(({ facts }) => facts.version?.at.getTime() ?? [])
  const newest = times.length === 0 ? null : new Date(times.reduce((one, other) => Math.max(one, other)))
  const { rows: moved } = await sql`
    update password_position set cursor = ${cursor}, server = ${server}, advanced_at = clock_timestamp(),
      passed_at = case when ${isLast} then clock_timestamp() else passed_at end,
      newest_change_at = greatest(newest_change_at, ${newest}::timestamptz)
    where connector = ${connector} and naming_context = ${namingContext} and epoch = ${epoch}
    returning epoch`.execute(trx)
  return moved.length > 0
}
