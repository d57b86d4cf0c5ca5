import type { AttributeRecord, PendingExport } from '@opendirsync/contracts'
import { withValues } from '../difference.ts'
import {
  type Answer,
  type GraphRequest,
  isRecord,
  quoted,
  textIn,
  valuesIn
} from '../transport/graph-request.ts'
import { unknownPassword } from './password.ts'

/** What differs between users and groups in Graph. */
export interface Kind {
  readonly collection: 'users' | 'groups'
  /** The property that holds the object's identity. It is set once, at creation. */
  readonly anchor: 'onPremisesImmutableId' | 'uniqueName'
  readonly create: (pending: PendingExport) => GraphRequest
  /** Finds the living object by its anchor. */
  readonly find: (pending: PendingExport) => GraphRequest
}

const user: Kind = {
  collection: 'users',
  anchor: 'onPremisesImmutableId',
  create: ({ desired }) => ({
    method: 'POST',
    url: '/users',
    body: {
      ...withValues(desired),
      passwordProfile: { password: unknownPassword(), forceChangePasswordNextSignIn: false }
    }
  }),
  find: ({ sourceAnchor }) => ({
    method: 'GET',
    url: `/users?$filter=onPremisesImmutableId%20eq%20${quoted(sourceAnchor)}&$select=id`
  })
}

/** Groups have an alternate key that Graph can create by, so creating one twice makes one group. */
const group: Kind = {
  collection: 'groups',
  anchor: 'uniqueName',
  create: pending => ({
    method: 'PATCH',
    url: `/groups(uniqueName=${quoted(uniqueNameOf(pending))})`,
    headers: { Prefer: 'create-if-missing' },
    body: withoutAnchor(pending.desired)
  }),
  find: pending => ({
    method: 'GET',
    url: `/groups(uniqueName=${quoted(uniqueNameOf(pending))})?$select=id`
  })
}

export function kindOf({ objectType }: PendingExport): Kind {
  return objectType === 'user' ? user : group
}

/** The attributes without those that are set once, at creation. */
export function withoutAnchor(attributes: AttributeRecord): AttributeRecord {
  const { onPremisesImmutableId: _immutableId, uniqueName: _uniqueName, ...rest } = attributes
  return rest
}

/** So many values of one write are left out one after the other; an object with more faults waits as a whole. */
export const mostLeftOut = 5

/**
 * Which of the values the tenant means by the attribute that it names. `mail` becomes the primary one of proxyAddresses,
 * and that is what a conflict is told of.
 */
export function refusedName(values: AttributeRecord, blamed: string | undefined): string | undefined {
  const wanted = blamed === 'proxyAddresses' ? 'mail' : blamed?.toLowerCase()
  return Object.keys(values).find(name => name.toLowerCase() === wanted)
}

/** The id in the answer to `find`, be it an object or a list of one. */
export function idIn({ body }: Answer): string | undefined {
  const object = isRecord(body) && Array.isArray(body.value) ? valuesIn(body)[0] : body
  return textIn(object, 'id')
}

function uniqueNameOf({ desired, sourceAnchor }: PendingExport): string {
  return typeof desired.uniqueName === 'string' ? desired.uniqueName : sourceAnchor
}
