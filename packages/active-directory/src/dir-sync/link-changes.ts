import {
  type LinkAttribute,
  type LinkChange,
  linkAttributes,
  type ObjectGuid,
  PermanentError
} from '@opendirsync/contracts'
import { guidOfExtendedDn } from '../decode/extended-dn.ts'

const linkNames: ReadonlyMap<string, LinkAttribute> = new Map(
  linkAttributes.map(name => [name.toLowerCase(), name])
)

interface CollectedLink {
  added: ObjectGuid[]
  removed: ObjectGuid[]
  replaces: boolean
}

export function linkAttributeOf(name: string): LinkAttribute | undefined {
  return linkNames.get(name.toLowerCase())
}

/** The objectGUIDs of link values. Needs the extended-DN control on the request. */
export function linkTargets(attribute: string, values: readonly Buffer[]): ObjectGuid[] {
  return values.map(value => {
    const guid = guidOfExtendedDn(value)
    if (guid === undefined) {
      throw new PermanentError(
        `A value of ${attribute} came without its objectGUID: the server ignores extended DNs.`
      )
    }
    return guid
  })
}

/** Gathers what one entry tells about its links; an entry may name an attribute twice, with two ranges. */
export class LinkCollector {
  readonly #links = new Map<LinkAttribute, CollectedLink>()

  /**
   * With incremental values (MS-ADTS section 3.1.1.3.4.1.3) `range=1-1` lists values that were added and
   * `range=0-0` those that were removed. Without a range the values are all that there are.
   */
  add(attribute: LinkAttribute, range: string | undefined, values: readonly Buffer[]): void {
    const link = this.#links.get(attribute) ?? { added: [], removed: [], replaces: false }
    this.#links.set(attribute, link)
    const targets = linkTargets(attribute, values)
    if (range === '0-0') {
      link.removed = link.removed.concat(targets)
      return
    }
    link.added = link.added.concat(targets)
    // A manager is one value: the new one takes the place of whatever was there.
    link.replaces ||= range === undefined || attribute === 'manager'
  }

  get changes(): LinkChange[] {
    return Array.from(this.#links, ([attribute, { added, removed, replaces }]) => ({
      attribute,
      added,
      removed: replaces ? [] : removed
    }))
  }

  get replaced(): LinkAttribute[] {
    return [...this.#links].filter(([, link]) => link.replaces).map(([attribute]) => attribute)
  }
}
