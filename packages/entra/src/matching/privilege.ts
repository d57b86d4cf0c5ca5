import { UnavailableError } from '@opendirsync/contracts'
import { noAnswer } from '../errors.ts'
import type { ObjectContext } from '../objects/object-context.ts'
import { isRecord, textIn, valuesIn } from '../transport/graph-request.ts'

/** `unreadable`: it cannot be told, so the account has to be taken for one that holds a role. */
export type Privilege = 'none' | 'holds-role' | 'unreadable'

/**
 * Whether an account holds a directory role, or is in a group that roles can be given to, however deep. The call takes
 * User.Read.All, without which it is refused; types that the application may not read come with their type and id
 * alone (https://learn.microsoft.com/graph/api/user-list-transitivememberof), which is enough for a role.
 * @throws ThrottledError, UnavailableError
 */
export async function privilegeOf(
  entraId: string,
  { send, root }: Pick<ObjectContext, 'send' | 'root'>
): Promise<Privilege> {
  let found: Privilege = 'none'
  let url: string | undefined = `/users/${entraId}/transitiveMemberOf`
  while (url !== undefined) {
    const answer = await send({ method: 'GET', url })
    const error = noAnswer(answer)
    if (error !== undefined) throw error
    if (answer.status === 404) throw new UnavailableError('entra', 'The account is not known everywhere yet.')
    if (answer.status !== 200) return 'unreadable'
    const each = valuesIn(answer.body).map(privilegeBy)
    if (each.includes('holds-role')) return 'holds-role'
    if (each.includes('unreadable')) found = 'unreadable'
    const next = textIn(answer.body, '@odata.nextLink')
    if (next !== undefined && !next.startsWith(`${root}/`)) return 'unreadable'
    url = next?.slice(root.length)
  }
  return found
}

function privilegeBy(membership: unknown): Privilege {
  const type = textIn(membership, '@odata.type')
  if (type === '#microsoft.graph.directoryRole') return 'holds-role'
  if (type === '#microsoft.graph.administrativeUnit') return 'none'
  if (type !== '#microsoft.graph.group' || !isRecord(membership)) return 'unreadable'
  if (membership.isAssignableToRole === true) return 'holds-role'
  // Every group has a name. One that shows none is shown without its other properties, too.
  return textIn(membership, 'displayName') === undefined ? 'unreadable' : 'none'
}
