import type { AttributeRecord, PendingExport } from '@opendirsync/contracts'
import type { EntraEmulator } from '@opendirsync/entra-emulator'
import { anchorOf, newUser } from './tenant.ts'

const domain = '@contoso.com'

/** The user's address in AD. Nothing else is like it. */
export function addressOf(name: string): string {
  return `${name}.mail${domain}`
}

/** A user of AD who came after everything that is in the tenant. */
export function latecomer(name: string, attributes: AttributeRecord = {}): PendingExport {
  const since = new Date(Date.now() + 3_600_000).toISOString()
  return { ...newUser(name, { mail: addressOf(name), ...attributes }), since }
}

/** Makes an account in the tenant that somebody else has made; its id. */
export function account(
  emulator: EntraEmulator,
  name: string,
  properties: Readonly<Record<string, unknown>> = {}
): string {
  const complete: Record<string, unknown> = {
    userType: 'Member',
    accountEnabled: true,
    displayName: 'Made in the cloud',
    mailNickname: 'cloud',
    userPrincipalName: `cloud-${name}${domain}`,
    department: 'Cloud',
    ...properties
  }
  if (typeof complete.mail === 'string') complete.proxyAddresses ??= [`SMTP:${complete.mail}`]
  return emulator.state.create('user', complete).id
}

/** A copy of what the object has, in the bin or not. */
export function propertiesOf({ state }: EntraEmulator, id: string): Readonly<Record<string, unknown>> {
  return { ...(state.find(id) ?? state.bin.get(id))?.properties }
}

/** What an account of the tenant has in common with the user of AD. */
export const sharing = {
  anchor: (name: string) => ({ onPremisesImmutableId: anchorOf(name) }),
  name: (name: string) => ({ userPrincipalName: `${name}${domain}`.toUpperCase() }),
  mail: (name: string) => ({ mail: addressOf(name).toUpperCase() }),
  nameAndMail: (name: string) => ({ ...sharing.name(name), ...sharing.mail(name) }),
  secondaryAddress: (name: string) => ({
    mail: `other-${name}${domain}`,
    proxyAddresses: [`SMTP:other-${name}${domain}`, `smtp:${addressOf(name)}`]
  }),
  nameButOtherAnchor: (name: string) => ({
    ...sharing.name(name),
    onPremisesImmutableId: anchorOf(`other-${name}`)
  }),
  nameAndAnchor: (name: string) => ({ ...sharing.name(name), ...sharing.anchor(name) }),
  mailAsGuest: (name: string) => ({ ...sharing.mail(name), userType: 'Guest' }),
  nameAsSynchronised: (name: string) => ({ ...sharing.name(name), onPremisesSyncEnabled: true }),
  anchorAsSynchronised: (name: string) => ({ ...sharing.anchor(name), onPremisesSyncEnabled: true })
}
export type Sharing = keyof typeof sharing
