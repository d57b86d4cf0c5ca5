import type { Properties } from '../state/directory-entry.ts'
import { isUnified } from '../state/unique-keys.ts'
import { badRequest, GraphError, invalidValue } from './graph-error.ts'

/** The most relationships (members and owners together) that one request may carry. */
const bindLimit = 20
const ownerLimit = 100

/**
 * Microsoft 365 and security groups only: a mail-enabled group that is not `Unified` cannot be written.
 * `group` is what the group would be.
 */
export function requireGroupType(group: Properties): void {
  const { mailEnabled, securityEnabled, groupTypes } = group
  const types = Array.isArray(groupTypes) ? groupTypes : []
  if (types.some(each => each !== 'Unified' && each !== 'DynamicMembership')) {
    throw invalidValue('groupTypes', 'Group')
  }
  if (isUnified(group) && mailEnabled !== true) throw invalidValue('mailEnabled', 'Group')
  if (isUnified(group)) return
  if (mailEnabled === true) {
    throw badRequest('Mail-enabled security groups and distribution lists cannot be created or changed.')
  }
  if (securityEnabled !== true) throw invalidValue('securityEnabled', 'Group')
}

export function requireBindLimit(count: number): void {
  if (count <= bindLimit) return
  throw badRequest(`A maximum of ${bindLimit} relationships can be specified in one request.`)
}

export function requireOwnerQuota(count: number): void {
  if (count <= ownerLimit) return
  throw new GraphError(
    403,
    'Directory_QuotaExceeded',
    `Unable to perform operation as '${count}' would exceed the maximum quota count '${ownerLimit}' for ` +
      "forward-link 'owners'."
  )
}
