import type { PendingExport } from '@opendirsync/contracts'
import { conflictingObjectsIn } from '../refusals.ts'
import { type Answer, quoted, type Send, textIn, valuesIn } from '../transport/graph-request.ts'
import { read } from '../transport/read.ts'

/** An object of the tenant that stands in the way. `type` as Graph's refusals spell it: `User`, `Group`, … */
export interface ConflictingObject {
  readonly type: string
  readonly entraId: string
}

/** As the refusal names it, else by a search for the values that must be unique; undefined when it shows none. */
export async function conflictingObject(
  pending: PendingExport,
  conflict: Answer,
  send: Send
): Promise<ConflictingObject | undefined> {
  const named = conflictingObjectsIn(conflict)
  return named.find(({ type }) => type === 'User') ?? named[0] ?? (await search(pending, send))
}

async function search({ desired }: PendingExport, send: Send): Promise<ConflictingObject | undefined> {
  const { userPrincipalName, mail } = desired
  if (typeof userPrincipalName === 'string') {
    const found = await first(
      'User',
      `/users?$filter=userPrincipalName%20eq%20${quoted(userPrincipalName)}`,
      send
    )
    if (found !== undefined) return found
  }
  if (typeof mail !== 'string') return undefined
  const withAddress = `$filter=proxyAddresses/any(a:a%20eq%20${quoted(`smtp:${mail}`)})`
  return (
    (await first('User', `/users?${withAddress}`, send)) ??
    (await first('Group', `/groups?${withAddress}`, send)) ??
    (await first('Contact', `/contacts?${withAddress}`, send))
  )
}

async function first(type: string, url: string, send: Send): Promise<ConflictingObject | undefined> {
  const entraId = textIn(valuesIn(await read(`${url}&$select=id`, send))[0], 'id')
  return entraId === undefined ? undefined : { type, entraId }
}
