import type { ObjectReading } from '@opendirsync/active-directory'
import type { DirectoryChange, ObjectGuid } from '@opendirsync/contracts'

/** The references of other objects to the one that was read, as changes of those others. */
export function referrersOf({ objectGuid, backLinks }: ObjectReading): DirectoryChange[] {
  const refersTo = (attribute: 'member' | 'manager') => (source: ObjectGuid) => ({
    objectGuid: source,
    complete: false,
    state: 'present' as const,
    attributes: {},
    links: [{ attribute, added: [objectGuid], removed: [] }]
  })
  return [...backLinks.memberOf.map(refersTo('member')), ...backLinks.directReports.map(refersTo('manager'))]
}
