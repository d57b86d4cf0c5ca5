import type { PendingExport } from '@opendirsync/contracts'
import { isRecord, quoted, type Send, textIn, valuesIn } from '../transport/graph-request.ts'
import { read } from '../transport/read.ts'

/** What of an account in the tenant decides whether it is the same person, and whether it may be taken over. */
export interface TenantUser {
  readonly entraId: string
  readonly userPrincipalName: string | undefined
  readonly immutableId: string | undefined
  readonly primaryAddress: string | undefined
  /** ISO 8601, in whole seconds. */
  readonly createdDateTime: string | undefined
  readonly isSynchronised: boolean
  readonly isGuest: boolean
}

const select =
  '$select=id,userPrincipalName,onPremisesImmutableId,mail,proxyAddresses,createdDateTime,onPremisesSyncEnabled,userType'

/** The living account that has this anchor. */
export async function userWithAnchor(
  { sourceAnchor }: PendingExport,
  send: Send
): Promise<TenantUser | undefined> {
  const filter = `onPremisesImmutableId%20eq%20${quoted(sourceAnchor)}`
  return tenantUserIn(valuesIn(await read(`/users?$filter=${filter}&${select}`, send))[0])
}

export async function userById(entraId: string, send: Send): Promise<TenantUser | undefined> {
  return tenantUserIn(await read(`/users/${entraId}?${select}`, send))
}

/** An account in the tenant's bin, with the userPrincipalName that it had before: there the id stands in front. */
export async function deletedUser(entraId: string, send: Send): Promise<TenantUser | undefined> {
  const user = tenantUserIn(await read(`/directory/deletedItems/${entraId}?${select}`, send))
  const prefix = entraId.replaceAll('-', '')
  if (user?.userPrincipalName?.startsWith(prefix) !== true) return user
  return { ...user, userPrincipalName: user.userPrincipalName.slice(prefix.length) }
}

/** Clocks differ, and Graph tells no fractions of a second. */
const toleranceMs = 60_000

/** Whether the account, which has our anchor, was made since we wish for it: then we made it and were not told. */
export function isOurs({ since }: PendingExport, { createdDateTime }: TenantUser): boolean {
  if (since === undefined || createdDateTime === undefined) return false
  return Date.parse(createdDateTime) >= Date.parse(since) - toleranceMs
}

function tenantUserIn(body: unknown): TenantUser | undefined {
  const entraId = textIn(body, 'id')
  if (entraId === undefined || !isRecord(body)) return undefined
  const addresses = Array.isArray(body.proxyAddresses) ? body.proxyAddresses.map(String) : []
  const primary = addresses.find(address => address.startsWith('SMTP:'))?.slice('SMTP:'.length)
  return {
    entraId,
    userPrincipalName: textIn(body, 'userPrincipalName'),
    immutableId: textIn(body, 'onPremisesImmutableId') || undefined,
    primaryAddress: primary ?? textIn(body, 'mail'),
    createdDateTime: textIn(body, 'createdDateTime'),
    isSynchronised: body.onPremisesSyncEnabled === true,
    isGuest: body.userType === 'Guest'
  }
}
