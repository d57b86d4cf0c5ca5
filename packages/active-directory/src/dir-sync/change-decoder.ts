import { type DirectoryChange, PermanentError } from '@opendirsync/contracts'
import { attributeValue } from '../decode/attribute-value.ts'
import { isBinaryAttribute } from '../decode/binary-attributes.ts'
import { rdnOf } from '../decode/dn.ts'
import { parseExtendedDn } from '../decode/extended-dn.ts'
import { guidFromBytes } from '../decode/guid.ts'
import type { EntryAttribute, SearchEntry } from '../protocol/messages.ts'
import { LinkCollector, linkAttributeOf } from './link-changes.ts'

/** Requested beside what the caller asks for; `name` shows renames, which no other attribute does. */
export const identityAttributes = ['objectGUID', 'parentGUID', 'objectClass', 'isDeleted', 'name'] as const

interface AttributePlan {
  /** Lower case, without options. */
  readonly key: string
  /** The spelling that the caller asked in; `undefined`: not asked for. */
  readonly requestedAs: string | undefined
  readonly binary: boolean
  readonly link: ReturnType<typeof linkAttributeOf>
  /** `1-1` of `member;range=1-1`. */
  readonly range: string | undefined
}

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
   * @throws PermanentError for an entry without objectGUID
   */
  decode(entry: SearchEntry, everything: boolean): DirectoryChange {
    const { dn, guid } = parseExtendedDn(entry.dn)
    const links = new LinkCollector()
    const attributes: Record<string, readonly string[]> = {}
    const identity = new Map<string, readonly Buffer[]>()
    for (const attribute of entry.attributes) {
      const plan = this.#planOf(attribute.name)
      if (plan.link !== undefined) links.add(plan.link, plan.range, attribute.values)
      else this.#keep(plan, attribute, { attributes, identity })
    }
    const objectGuid = guidValue(identity.get('objectguid')) ?? guid
    if (objectGuid === undefined) throw new PermanentError(`${dn} came without objectGUID: grant Read on it.`)
    const parentGuid = guidValue(identity.get('parentguid'))
    const objectClass = identity.get('objectclass')?.at(-1)?.toString('latin1')
    const state = stateOf(dn, identity.get('isdeleted'), everything)
    if (state !== 'deleted') this.#addRdn(dn, identity.get('name'), attributes)
    const { changes, replaced } = links
    return {
      objectGuid,
      ...(dn !== '' && { dn }),
      ...(parentGuid !== undefined && { parentGuid }),
      ...(objectClass !== undefined && { objectClass }),
      complete: everything && objectClass !== undefined,
      state,
      attributes,
      links: changes,
      ...(replaced.length > 0 && { replacesLinks: replaced })
    }
  }

  #keep(
    plan: AttributePlan,
    { name, values }: EntryAttribute,
    into: { attributes: Record<string, readonly string[]>; identity: Map<string, readonly Buffer[]> }
  ): void {
    if (identityKeys.has(plan.key)) into.identity.set(plan.key, values)
    if (plan.requestedAs === undefined) return
    if (plan.range !== undefined) {
      throw new PermanentError(
        `${name} came with a range: of the attributes that link objects, only member and manager can be imported.`
      )
    }
    into.attributes[plan.requestedAs] = values.map(value => attributeValue(value, plan.binary))
  }

  /** DirSync gives the RDN's attribute (`cn`, `ou`) only as `name`. */
  #addRdn(
    dn: string,
    name: readonly Buffer[] | undefined,
    attributes: Record<string, readonly string[]>
  ): void {
    if (name === undefined || dn === '') return
    const requestedAs = this.#requested.get(rdnOf(dn).attribute.toLowerCase())
    if (requestedAs !== undefined) attributes[requestedAs] ??= name.map(value => attributeValue(value, false))
  }

  #planOf(name: string): AttributePlan {
    const known = this.#plans.get(name)
    if (known !== undefined) return known
    const [base = '', ...options] = name.split(';')
    const key = base.toLowerCase()
    const range = options.find(option => /^range=/i.test(option))?.slice('range='.length)
    const plan = {
      key,
      requestedAs: this.#requested.get(key),
      binary: isBinaryAttribute(key) || options.includes('binary'),
      link: linkAttributeOf(key),
      range
    }
    this.#plans.set(name, plan)
    return plan
  }
}

const identityKeys = new Set<string>(identityAttributes.map(name => name.toLowerCase()))

function guidValue(values: readonly Buffer[] | undefined): string | undefined {
  const [value] = values ?? []
  return value === undefined ? undefined : guidFromBytes(value)
}

/** The RDN of a tombstone ends in a line feed, `DEL:` and its GUID (MS-ADTS section 3.1.1.5.5). */
const tombstoneName = /^(?:[^,\\]|\\.)*\\0ADEL:/i

/**
 * A tombstone that is written to later is reported without isDeleted, which has not changed; its name tells it.
 * A tombstone that the caller may not read comes with an empty DN. What was restored comes, in a delta,
 * with isDeleted that has lost its value.
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
