import { encodePassword } from '@opendirsync/active-directory'
import { type SambaDomain, startSambaDomain } from '@opendirsync/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openDrsSession } from '../../packages/drsr/src/drsuapi/drs-session.ts'
import { parseAccount } from '../../packages/drsr/src/ntlm/account.ts'
import { NtlmInitiator } from '../../packages/drsr/src/ntlm/initiator.ts'
import { connectRpc, lookUpPort } from '../../packages/drsr/src/rpc/index.ts'
import { administrate } from './replication-fixture.ts'

const drsuapi = { id: 'e3514235-4b06-11d1-ab04-00c04fc2dcd2', major: 4, minor: 0 }
const PASSWORD = 'Pässwört €1 😀'

/** Where the integrity code of an AUTHENTICATE message begins (MS-NLMP section 2.2.1.3). */
const INTEGRITY_CODE_OFFSET = 72

let domain: SambaDomain
let port: number

beforeAll(async () => {
  domain = await startSambaDomain()
  await using directory = await administrate(domain)
  await directory.add(`CN=Jürgen,CN=Users,${domain.baseDn}`, {
    objectClass: 'user',
    sAMAccountName: 'jürgen',
    userPrincipalName: `jürgen.groß@${domain.dnsName}`,
    userAccountControl: '512',
    unicodePwd: encodePassword(PASSWORD)
  })
  port = await lookUpPort({ host: domain.host, interface: drsuapi })
}, 120_000)
afterAll(() => domain?.[Symbol.asyncDispose]())

const names: [string, () => string][] = [
  ['the NetBIOS name of the domain', () => `${domain.netbios}\\jürgen`],
  ['other case', () => `${domain.netbios.toLowerCase()}\\JÜRGEN`],
  ['the DNS name of the domain', () => `${domain.dnsName}\\jürgen`],
  ['no domain', () => 'jürgen'],
  ['a user principal name', () => `jürgen.groß@${domain.dnsName}`],
  ['the logon name and the domain', () => `jürgen@${domain.dnsName}`]
]
it.each(names)('signs in with %s', async (_, name) => {
  using security = initiator(name())
  expect(await callsSucceed(security)).toBe(true)
})

it('is refused with another password', async () => {
  using security = initiator('jürgen', 'Passwort €1')
  await expect(callsSucceed(security)).rejects.toMatchObject({ code: 'ad-credentials' })
})

it('is refused when the integrity code has changed, which shows that it is checked', async () => {
  using security = initiator('jürgen')
  const next = security.next.bind(security)
  security.next = async received => {
    const step = await next(received)
    if (step.done && step.token)
      step.token[INTEGRITY_CODE_OFFSET] = (step.token[INTEGRITY_CODE_OFFSET] ?? 0) ^ 1
    return step
  }
  await expect(callsSucceed(security)).rejects.toMatchObject({ name: 'SetupError' })
})

function initiator(name: string, password = PASSWORD): NtlmInitiator {
  return new NtlmInitiator({
    account: parseAccount(name),
    password: Buffer.from(password),
    servicePrincipalName: `ldap/${domain.serverName}`,
    server: domain.serverName
  })
}

async function callsSucceed(security: NtlmInitiator): Promise<boolean> {
  await using client = await connectRpc({ host: domain.host, port, interface: drsuapi, security })
  const session = await openDrsSession(client, domain.serverName, undefined)
  await session.unbind(5000)
  return true
}
