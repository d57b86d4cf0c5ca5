import { connectDirectory } from '@opendirsync/active-directory'
import { measureChange, type SambaDomain, type System, tenantReader } from '@opendirsync/testing'

export interface ChangedUser {
  readonly displayName: string
  readonly title: string
  readonly latencyMs: number
}

/** Gives somebody who is in the tenant a new title in Active Directory, and measures how long it takes to be seen. */
export async function changeOneUser(domain: SambaDomain, system: System): Promise<ChangedUser> {
  using tenant = tenantReader(system.emulator.graph)
  await using connection = await connectDirectory(domain)
  const user = (await tenant.users()).find(({ accountEnabled }) => accountEnabled === true)
  if (user === undefined) throw new Error('no user has arrived in the tenant')
  const dn = await dnOf(connection, domain, String(user.userPrincipalName))
  const title = 'Chief Demonstration Officer'
  const latencyMs = await measureChange(connection, tenant, { dn, entraId: user.id, title })
  return { displayName: String(user.displayName), title, latencyMs }
}

async function dnOf(
  connection: Awaited<ReturnType<typeof connectDirectory>>,
  { baseDn }: SambaDomain,
  userPrincipalName: string
): Promise<string> {
  const search = { base: baseDn, scope: 'subtree', attributes: ['1.1'] } as const
  for await (const { dn } of connection.search({
    ...search,
    filter: `(userPrincipalName=${userPrincipalName})`
  }))
    return dn
  throw new Error(`${userPrincipalName} is not in the directory`)
}
