import type { PendingExport, TenantReference } from '@opendirsync/contracts'
import { conflictingObjectsIn } from '../refusals.ts'
import { type Answer, quoted, type Send, textIn, valuesIn } from '../transport/graph-request.ts'
import { read } from '../transport/read.ts'

/** As the refusal names it, else by a search for the values that must be unique; undefined when it shows none. */
export async function conflictingObject(
  pending: PendingExport,
  conflict: Answer,
  send: Send
): Promise<TenantReference | undefined> {
  const named = conflictingObjectsIn(conflict)
  return named.find(({ type }) => type === 'User') ?? named[0] ?? (await searchConflicting(pending, send))
}

/** Who has a value of the desired ones that must be unique, and is not the object itself. */
export async function searchConflicting(
  { desired, entraId }: PendingExport,
  send: Send
): Promise<TenantReference | undefined> {
  const first = async (type: string, url: string): Promise<TenantReference | undefined> => {
    const ids = valuesIn(await read(`${url}&$select=id`, send)).map(each => textIn(each, 'id'))
    const other = ids.find(id => id !== undefined && id !== entraId)
    return other === undefined ? undefined : { type, entraId: other }
  }
  const { userPrincipalName, mail } = desired
  if (typeof userPrincipalName === 'string') {
    const found = await first('User', `/users?$filter=userPrincipalName%20eq%20${quoted(userPrincipalName)}`)
    if (found !== undefined) return found
  }
  if (typeof mail !== 'string') return undefined
  const withAddress = `$filter=proxyAddresses/any(a:a%20eq%20${quoted(`smtp:${mail}`)})`
  return (
    (await first('User', `/users?${withAddress}`)) ??
    (await first('Group', `/groups?${withAddress}`)) ??
    (await first('Contact', `/contacts?${withAddress}`))
  )
}
