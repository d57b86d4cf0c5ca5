import type { ObjectGuid } from '@opendirsync/contracts'
import { sql } from 'kysely'
import { type Database, rows } from '../database.ts'
import type { PasswordState } from './password-states.ts'
import type { KnownPerson, PersonAccount, PersonFacts, SentPassword } from './person.ts'

interface Row {
  readonly objectGuid: ObjectGuid
  readonly dn: string | null
  readonly objectClass: PersonFacts['objectClass']
  readonly userAccountControl: number
  readonly mustChange: boolean
  readonly passwordSetAt: Date | null
  readonly selection: PersonFacts['selection']
  readonly version: number | null
  readonly versionAt: Date | null
  readonly state: PasswordState | null
  readonly sentVersion: number | null
  readonly sentVersionAt: Date | null
  readonly sentForced: boolean | null
  readonly sentTo: string | null
  readonly attempts: number | null
  readonly asked: number | null
  readonly answered: number | null
  readonly presence: PersonAccount['presence']
  readonly sourceAnchor: string | null
  readonly entraId: string | null
}

/** Whether the joined rows `s` (staged_object), `o` (export_object) and `x` (export_state) are a person in the tenant. */
export const presence = sql<PersonAccount['presence']>`
  case when x.entra_state = 'present' and o.desired_present and o.object_type = 'user' then 'present'
    when s.object_guid is null or s.revision > s.synchronised_revision then 'coming'
    when s.out_of_scope is not null or (s.entry_id is null and s.problem is null) then 'out-of-scope'
    when o.entry_id is not null and not o.desired_present then 'out-of-scope'
    else 'coming' end`

/** All that decides on the passwords of these objects; one for each, known or not. */
export async function knownPeople(
  database: Database,
  connector: string,
  objectGuids: readonly ObjectGuid[]
): Promise<Map<ObjectGuid, KnownPerson>> {
  const found = await rows(
    sql<Row>`
      select g.object_guid as "objectGuid", p.dn, p.object_class as "objectClass",
        p.user_account_control as "userAccountControl", p.must_change as "mustChange",
        p.password_set_at as "passwordSetAt", p.selection, p.version, p.version_at as "versionAt", p.state,
        p.sent_version as "sentVersion", p.sent_version_at as "sentVersionAt", p.sent_forced as "sentForced",
        p.sent_to as "sentTo", p.attempts, p.asked, p.answered,
        ${presence} as presence, o.source_anchor as "sourceAnchor", x.entra_id as "entraId"
      from unnest(${[...objectGuids]}::uuid[]) as g (object_guid)
      left join password_person p on p.object_guid = g.object_guid and p.connector = ${connector}
      left join staged_object s on s.object_guid = g.object_guid and s.connector = ${connector} and not s.deleted
      left join export_object o on o.entry_id = s.entry_id
      left join export_state x on x.entry_id = s.entry_id`,
    database
  )
  return new Map(found.map(row => [row.objectGuid, personOf(row)]))
}

function personOf(row: Row): KnownPerson {
  const { objectGuid, presence: where, sourceAnchor, entraId, state, attempts, asked, answered } = row
  return {
    objectGuid,
    facts: factsOf(row),
    sent: sentOf(row),
    state: state ?? undefined,
    attempts: attempts ?? 0,
    asked: asked ?? 0,
    answered: answered ?? 0,
    account: { presence: where, sourceAnchor, entraId }
  }
}

function factsOf({ dn, version, versionAt, ...row }: Row): PersonFacts | undefined {
  if (dn === null) return undefined
  const { objectGuid, objectClass, userAccountControl, mustChange, passwordSetAt, selection } = row
  const newest = version === null || versionAt === null ? null : { number: version, at: versionAt }
  return {
    ...{ objectGuid, dn, objectClass, userAccountControl, mustChange, passwordSetAt, selection },
    version: newest
  }
}

function sentOf(row: Row): SentPassword | undefined {
  const { sentVersion, sentVersionAt, sentForced, sentTo } = row
  if (sentVersion === null || sentVersionAt === null || sentTo === null) return undefined
  return {
    version: { number: sentVersion, at: sentVersionAt },
    forced: sentForced === true,
    entraId: sentTo
  }
}
