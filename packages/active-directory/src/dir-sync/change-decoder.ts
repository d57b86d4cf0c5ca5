import { type DirectoryChange, type ObjectGuid, PermanentError } from '@opendirsync/contracts'
import { type EntryAttribute, MalformedMessageError, type SearchEntry } from '@opendirsync/ldap'
import { type AttributeSyntax, syntaxOf } from '../decode/attribute-syntax.ts'
import { attributeValues } from '../decode/attribute-value.ts'
import { rdnOf } from '../decode/dn.ts'
import { parseExtendedDn } from '../decode/extended-dn.ts'
import { GUID_BYTES, guidFromBytes } from '../decode/guid.ts'
import { isSid, sidFromBytes } from '../decode/sid.ts'
import { LinkCollector, linkAttributeOf } from './link-changes.ts'

/**
 * Requested beside what the caller asks for. `name` shows renames, which no other attribute does: DirSync never
 * returns the RDN's own attribute. All of them are told with a new object, and none again until it changes.
 */
export const identityAttributes = [
  'objectGUID',
  'parentGUID',
  'objectClass',
  'objectSid',
  'isDeleted',
  'name'
] as const

type IdentityKey = Lowercase<(typeof identityAttributes)[number]>
type Identity = { [Key in IdentityKey]?: readonly Buffer[] }

interface AttributePlan {
  /** Where its values tell who the object is. */
  readonly identity: IdentityKey | undefined
  /** The spelling that the caller asked in; `undefined`: not asked for. */
  readonly requestedAs: string | undefined
  readonly syntax: AttributeSyntax
  readonly link: ReturnType<typeof linkAttributeOf>
  /** `1-1` of `member;range=1-1`. */
  readonly range: string | undefined
}

/** More spellings than any server has for the attributes of one search. */
const MAX_PLANS = 2_000

/** Turns entries into changes, for one list of requested attributes. */
export class ChangeDecoder {
  readonly #requested: ReadonlyMap<string, string>
  /** By the server's spelling, of which there are few. */
  readonly #plans = new Map<string, AttributePlan>()

  constructor(attributes: readonly string[]) {
    this.#requested = new Map(attributes.map(name => [name.toLowerCase(), name]))
  }

  /**
   * @param everything whether the search read all attributes rather than the changed ones
   * @throws PermanentError for an entry without objectGUID, and for links that cannot be imported
   * @throws MalformedMessageError for a GUID that is none
   */
  decode(entry: SearchEntry, everything: boolean): DirectoryChange {
    const { dn, guid } = parseExtendedDn(entry.dn)
    const links = new LinkCollector()
    const attributes: Record<string, readonly string[]> = {}
    const identity: Identity = {}
    for (const attribute of entry.attributes) {
      const plan = this.#planOf(attribute.name)
      if (plan.identity !== undefined) identity[plan.identity] = attribute.values
      if (plan.link !== undefined) links.add(plan.link, plan.range, attribute.values)
      else if (plan.requestedAs !== undefined) attributes[plan.requestedAs] = valuesOf(plan, attribute)
    }
    const objectGuid = guidValue(identity.objectguid) ?? guid
    if (objectGuid === undefined) throw new PermanentError(`${dn} came without objectGUID: grant Read on it.`)
    const state = stateOf(dn, identity.isdeleted, everything)
    if (state !== 'deleted') this.#addRdn(dn, identity.name, attributes)
    const { changes, replaced } = links
    return {
      objectGuid,
      ...(dn !== '' && { dn }),
      ...identityOf(identity),
      complete: everything && (identity.objectclass?.length ?? 0) > 0,
      state,
      attributes,
      links: changes,
      ...(replaced.length > 0 && { replacesLinks: replaced })
    }
  }

  /** DirSync gives the RDN's attribute (`cn`, `ou`) only as `name`. */
  #addRdn(
    dn: string,
    name: readonly Buffer[] | undefined,
    attributes: Record<string, readonly string[]>
  ): void {
    if (name === undefined || dn === '') return
    const requestedAs = this.#requested.get(rdnAttributeOf(dn))
    if (requestedAs !== undefined) attributes[requestedAs] ??= attributeValues(name, 'text')
  }

  #planOf(name: string): AttributePlan {
    const known = this.#plans.get(name)
    if (known !== undefined) return known
    const [base = '', ...options] = name.split(';')
    const key = base.toLowerCase()
    const plan: AttributePlan = {
      identity: identityKeys.get(key),
      requestedAs: this.#requested.get(key),
      syntax: options.includes('binary') ? 'binary' : syntaxOf(key),
      link: linkAttributeOf(key),
      range: options.find(option => /^range=/i.test(option))?.slice('range='.length)
    }
    if (this.#plans.size < MAX_PLANS) this.#plans.set(name, plan)
    return plan
  }
}

const identityKeys = new Map(
  identityAttributes.map((name): [string, IdentityKey] => {
    const key = name.toLowerCase() as IdentityKey
    return [key, key]
  })
)

function valuesOf({ syntax, range }: AttributePlan, { name, values }: EntryAttribute): readonly string[] {
  if (range === undefined) return attributeValues(values, syntax)
  throw new PermanentError(
    `${name} came with a range: of the attributes that link objects, only member and manager can be imported.`
  )
}

function identityOf(identity: Identity): Pick<DirectoryChange, 'parentGuid' | 'objectClass' | 'objectSid'> {
  const parentGuid = guidValue(identity.parentguid)
  const objectClass = identity.objectclass?.at(-1)?.toString('latin1')
  const objectSid = sidValue(identity.objectsid)
  return {
    ...(parentGuid !== undefined && { parentGuid }),
    ...(objectClass !== undefined && { objectClass }),
    ...(objectSid !== undefined && { objectSid })
  }
}

function guidValue(values: readonly Buffer[] | undefined): ObjectGuid | undefined {
  const value = values?.[0]
  if (value === undefined) return undefined
  if (value.length === GUID_BYTES) return guidFromBytes(value)
  throw new MalformedMessageError(`a GUID of ${value.length} bytes`)
}

/** Nobody is found by a SID that is none, and the object is known by its GUID. So it does not stop the others. */
function sidValue(values: readonly Buffer[] | undefined): string | undefined {
  const value = values?.[0]
  return value !== undefined && isSid(value) ? sidFromBytes(value) : undefined
}

function rdnAttributeOf(dn: string): string {
  try {
    return rdnOf(dn).attribute.toLowerCase()
  } catch (cause) {
    throw new MalformedMessageError(`${dn} is no distinguished name`, { cause })
  }
}

/** The RDN of a tombstone ends in a line feed, `DEL:` and its GUID (MS-ADTS section 3.1.1.5.5). */
const tombstoneName = /^(?:[^,\\]|\\.)*\\0ADEL:/i

/**
 * A tombstone that is written to later is reported without isDeleted, which has not changed; its name tells it.
 * So is an object that is recycled later, which loses what it had left (MS-ADTS section 3.1.1.5.5).
 *
 * A tombstone that the caller may not read comes with an empty DN (Samba, with object security). What was
 * restored comes, in a delta, with isDeleted that has lost its value, and without what has not changed.
 */
function stateOf(
  dn: string,
  isDeleted: readonly Buffer[] | undefined,
  everything: boolean
): DirectoryChange['state'] {
  if (isDeleted?.[0]?.toString('latin1') === 'TRUE') return 'deleted'
  if (dn === '' || tombstoneName.test(dn)) return 'deleted'
  return isDeleted === undefined || everything ? 'present' : 'restored'
}
