import type { PendingExport, Problem } from '@opendirsync/contracts'
import { exportProblem } from '../export-problem.ts'
import { searchConflicting } from '../matching/conflicting-object.ts'
import { privilegeOf } from '../matching/privilege.ts'
import { valueInUse } from '../refusals.ts'
import { isRecord, type Send, textIn } from '../transport/graph-request.ts'
import { read } from '../transport/read.ts'
import type { ObjectContext } from './object-context.ts'

/**
 * Graph has one answer for several causes. A look at the object, at its domain or at who has the value tells them apart.
 * @throws ThrottledError, UnavailableError when nobody can look now
 */
export async function tellApart(
  pending: PendingExport,
  problem: Problem,
  context: ObjectContext
): Promise<Problem> {
  switch (problem.code) {
    case 'permission-missing':
      return whyForbidden(pending, problem, context)
    case 'invalid-value':
      return problem.attribute === undefined ? whyInvalid(pending, problem, context.send) : problem
    case 'object-conflict':
      return problem.conflictsWith === undefined ? whoHasIt(pending, problem, context.send) : problem
    default:
      return problem
  }
}

/** Roles are seen at living objects only. */
async function whyForbidden(
  { objectType, entraId, entraState, desiredPresent }: PendingExport,
  problem: Problem,
  context: ObjectContext
): Promise<Problem> {
  if (entraId === undefined || entraState !== 'present') return problem
  if (objectType === 'group') return whyGroupForbidden(entraId, problem, context.send)
  // A user's values that are not sensitive are never refused for a role; an update has found that out already.
  if (desiredPresent) return problem
  return (await privilegeOf(entraId, context)) === 'holds-role' ? privilegedAccount('deleted') : problem
}

/** Also for references of the group. */
export async function whyGroupForbidden(entraId: string, problem: Problem, send: Send): Promise<Problem> {
  const group = await read(`/groups/${entraId}?$select=isAssignableToRole,mailEnabled,groupTypes`, send)
  if (!isRecord(group)) return problem
  if (group.isAssignableToRole === true) {
    return exportProblem({
      code: 'privileged-account',
      message:
        'The group can be given administrator roles, and only an application with the permission RoleManagement.ReadWrite.Directory may change it. Leave the group out of the scope, or change it by hand.'
    })
  }
  const isUnified = Array.isArray(group.groupTypes) && group.groupTypes.includes('Unified')
  if (group.mailEnabled !== true || isUnified) return problem
  return exportProblem({
    code: 'group-type-not-supported',
    message:
      'The group in the tenant is a mail-enabled security group or a distribution list, which only Exchange Online writes. Leave the group out of the scope, or delete it there to have it made as a security group.'
  })
}

/** Of an account whose sensitive values, or whose delete, the tenant keeps to those with a high role. */
export function privilegedAccount(what: string, attribute?: string): Problem {
  return exportProblem({
    code: 'privileged-account',
    attribute,
    message: `The account holds an administrator role, or is a member or an owner of a group that roles can be given to, and may not be ${what} by an application without a high role. Take the role away, make the change by hand, or give the application the role Privileged Authentication Administrator.`
  })
}

/** The tenant says no more than that a value is invalid when a federated domain lacks the anchor. */
async function whyInvalid({ desired }: PendingExport, problem: Problem, send: Send): Promise<Problem> {
  const { userPrincipalName, onPremisesImmutableId } = desired
  if (typeof userPrincipalName !== 'string' || typeof onPremisesImmutableId === 'string') return problem
  const name = userPrincipalName.slice(userPrincipalName.indexOf('@') + 1)
  const domain = await read(`/domains/${encodeURIComponent(name)}?$select=id,authenticationType`, send)
  if (textIn(domain, 'authenticationType') !== 'Federated') return problem
  return exportProblem({
    code: 'federated-without-anchor',
    attribute: 'userPrincipalName',
    message: `The domain ${name} is federated, and the tenant takes a user of it only with an onPremisesImmutableId. Let the rules give the user a source anchor, or give the user a suffix that is not federated.`
  })
}

async function whoHasIt(pending: PendingExport, problem: Problem, send: Send): Promise<Problem> {
  const other = await searchConflicting(pending, send)
  return other === undefined ? problem : valueInUse(problem.attribute, [other])
}
