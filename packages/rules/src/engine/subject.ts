import type { AttributeRecord, AttributeValue, StagedObject } from '@opendirsync/contracts'
import type { DirectoryValues } from '../attribute-flow.ts'

/** What flows and scopes read: one staged object, or the metaverse attributes of an entry. */
export interface Subject<Source> {
  readonly values: Readonly<Record<string, Source>>
  /** What every staged object has beside attributes. */
  readonly facts: Readonly<Record<string, Source>>
  readonly objectClass: string
}

export type DirectorySubject = Subject<DirectoryValues>

/** Facts of every staged object, not attributes that one asks LDAP for. */
const factNames: ReadonlySet<string> = new Set(['dn', 'objectGUID', 'objectClass', 'objectSid'])

export function isFact(source: string): boolean {
  return factNames.has(source)
}

export function directorySubject(staged: StagedObject): DirectorySubject {
  return {
    values: staged.attributes,
    facts: {
      dn: [staged.dn],
      objectGUID: [staged.objectGuid],
      objectClass: [staged.objectClass],
      objectSid: typeof staged.objectSid === 'string' ? [staged.objectSid] : undefined
    },
    objectClass: staged.objectClass
  }
}

const noFacts = {}

export function metaverseSubject(attributes: AttributeRecord): Subject<AttributeValue | undefined> {
  return { values: attributes, facts: noFacts, objectClass: '' }
}

/** What reads sources: a flow or a scope, and whether some of these are facts. */
export interface Reader {
  readonly sources: readonly string[]
  readonly readsFacts: boolean
}

/** The attributes as they are where that is enough: a copy for each flow would cost more than the flow. */
export function valuesFor<Source>(
  { sources, readsFacts }: Reader,
  { values, facts }: Subject<Source>
): Readonly<Record<string, Source>> {
  if (!readsFacts) return values
  const read: Record<string, Source> = {}
  for (const source of sources) {
    const value = factNames.has(source) ? facts[source] : values[source]
    if (value !== undefined) read[source] = value
  }
  return read
}
