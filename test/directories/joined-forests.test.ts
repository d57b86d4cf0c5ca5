import { sidToBytes } from '@opendirsync/active-directory'
import {
  type GraphObject,
  type SambaDomain,
  type System,
  startSambaDomain,
  startSystem,
  waitFor
} from '@opendirsync/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { accountName, Directory } from '../support/directory.ts'
import { extendSchema } from '../support/exchange-schema.ts'
import { anchorOf, guidOf } from '../support/guid-of.ts'
import { sidOf } from '../support/sid-of.ts'
import { upnOf } from './people-file.ts'
import { quarantined, untilQuarantined } from './quarantined.ts'
import { rulesOverApi } from './rules-api.ts'
import { patience, type View, viewOf } from './view.ts'

const stack = new AsyncDisposableStack()
/** The forest with the accounts, and the one with Exchange. */
let corp: SambaDomain
let exchange: SambaDomain
let system: System
let view: View
let accounts: Directory
let mailboxes: Directory

const disabledAccount = '546'
const linkedMailbox = '2'

beforeAll(async () => {
  const start = (realm: string, netbios: string) =>
    startSambaDomain({ realm, netbios, populate: extendSchema }).then(domain => stack.use(domain))
  ;[corp, exchange] = await Promise.all([
    start('corp.example.test', 'CORP'),
    start('mail.example.test', 'MAIL')
  ])
  system = stack.use(
    await startSystem({
      domain: corp,
      verifiedDomains: [corp.dnsName, exchange.dnsName],
      connectors: [
        { name: 'corp', domain: corp },
        { name: 'mail', domain: exchange }
      ]
    })
  )
  view = stack.use(viewOf(system))
  accounts = stack.use(await Directory.open(corp))
  mailboxes = stack.use(await Directory.open(exchange))
})
afterAll(() => stack.disposeAsync())

/** As Exchange makes it for an account of another forest. */
async function addMailbox(name: string, masterSid: string): Promise<string> {
  return mailboxes.addUser(`${name} (mailbox)`, {
    userPrincipalName: `${name}@mail.example.test`,
    userAccountControl: disabledAccount,
    mailNickname: name,
    mail: upnOf(name),
    department: 'Mailroom',
    extensionAttribute1: `ext-${name}`,
    msExchRecipientTypeDetails: linkedMailbox,
    msExchMasterAccountSid: sidToBytes(masterSid)
  })
}

const wide = [
  'id',
  'userPrincipalName',
  'displayName',
  'mail',
  'department',
  'jobTitle',
  'accountEnabled',
  'onPremisesImmutableId',
  'onPremisesExtensionAttributes'
]

async function userWithAll(userPrincipalName: string): Promise<GraphObject | undefined> {
  const user = await view.user(userPrincipalName)
  if (user === undefined) return undefined
  return (await view.tenant.get(`/users/${user.id}?$select=${wide.join()}`)).body as GraphObject
}

/** Waits until the tenant has the user so. */
async function untilIs(userPrincipalName: string, expected: Record<string, unknown>): Promise<GraphObject> {
  return waitFor(
    async () => {
      const user = await userWithAll(userPrincipalName)
      expect(user).toMatchObject(expected)
      return user
    },
    { ...patience, describe: `${userPrincipalName} in the tenant as it should be` }
  )
}

async function untilMembersAre(group: string, ...ids: readonly string[]): Promise<void> {
  await waitFor(
    async () => {
      const found = (await view.tenant.groups()).find(({ displayName }) => displayName === group)
      expect(found === undefined ? undefined : (await view.tenant.members(found.id)).sort()).toEqual(
        [...ids].sort()
      )
      return true
    },
    { ...patience, describe: `${group} to have ${ids.length} members` }
  )
}

async function usersNamed(part: string): Promise<string[]> {
  return (await view.tenant.users())
    .map(({ userPrincipalName }) => String(userPrincipalName))
    .filter(name => name.startsWith(part))
    .sort()
}

const waits = 'linked-mailbox-without-account msExchMasterAccountSid'

interface Person {
  readonly account: string
  readonly mailbox: string
  /** In the tenant. */
  readonly id: string
}

/** An account with its mailbox, which the tenant has as one user. */
async function joined(name: string): Promise<Person> {
  const account = await accounts.addUser(name, {
    userPrincipalName: upnOf(name),
    title: 'Analyst',
    department: 'Engines'
  })
  const mailbox = await addMailbox(name, await sidOf(corp, account))
  const { id } = await untilIs(upnOf(name), { displayName: `${name} (mailbox)`, department: 'Mailroom' })
  return { account, mailbox, id }
}

describe('an account and its mailbox in another forest', () => {
  it('are one user of the tenant with the values of both', async () => {
    const { account, mailbox, id } = await joined('ada')
    expect(await userWithAll(upnOf('ada'))).toMatchObject({
      id,
      jobTitle: 'Analyst',
      mail: upnOf('ada'),
      accountEnabled: true,
      onPremisesImmutableId: await anchorOf(corp, account),
      onPremisesExtensionAttributes: expect.objectContaining({ extensionAttribute1: 'ext-ada' })
    })
    expect(await usersNamed('ada@')).toEqual([upnOf('ada')])
    expect(await quarantined(view, mailbox)).toEqual([])
    const { body } = await view.call('GET', `/v1/objects/${encodeURIComponent(mailbox)}/explain`)
    expect(body).toMatchObject({
      found: [
        {
          objects: [
            { connector: 'corp', dn: account },
            { connector: 'mail', dn: mailbox, joinedBy: `sid>${await sidOf(corp, account)}` }
          ],
          tenantObject: { entraId: id }
        }
      ]
    })
  })

  it('are one also when the mailbox is seen first, and when it learns its account later', async () => {
    const bob = await accounts.addUser('bob', {
      userPrincipalName: upnOf('bob'),
      adminDescription: 'User_not yet'
    })
    const early = await addMailbox('bob', await sidOf(corp, bob))
    await untilQuarantined(view, early, waits)
    await accounts.set(bob, 'adminDescription')
    await untilIs(upnOf('bob'), { department: 'Mailroom', accountEnabled: true })
    await untilQuarantined(view, early)

    const late = await addMailbox('cyd', 'S-1-5-21-1000-2000-3000-4000')
    await untilQuarantined(view, late, waits)
    const cyd = await accounts.addUser('cyd', { userPrincipalName: upnOf('cyd') })
    const { id } = await untilIs(upnOf('cyd'), { department: null })
    await mailboxes.set(late, 'msExchMasterAccountSid', sidToBytes(await sidOf(corp, cyd)))
    await untilIs(upnOf('cyd'), { id, department: 'Mailroom' })
    await untilQuarantined(view, late)
  })

  it('pass on what changes on either side', async () => {
    const { account, mailbox, id } = await joined('eve')
    await accounts.set(account, 'title', 'Head of analysis')
    await mailboxes.set(mailbox, 'department', 'Post office')
    await untilIs(upnOf('eve'), { id, jobTitle: 'Head of analysis', department: 'Post office' })
    await mailboxes.set(mailbox, 'department')
    await untilIs(upnOf('eve'), { id, department: 'Engines' })
    await accounts.set(account, 'userPrincipalName', upnOf('eve.king'))
    await untilIs(upnOf('eve.king'), { id })
    await accounts.disable(account)
    await untilIs(upnOf('eve.king'), { id, accountEnabled: false })
    await accounts.enable(account)
    await untilIs(upnOf('eve.king'), { id, accountEnabled: true })
  })

  it('are one member of the groups of both forests', async () => {
    const { account, mailbox, id } = await joined('fay')
    await accounts.addGroup('Of the account', [account])
    const ofMailbox = await mailboxes.addGroup('Of the mailbox', [mailbox])
    const ofBoth = await mailboxes.addGroup('Of both', [mailbox, `<SID=${await sidOf(corp, account)}>`])
    for (const group of ['Of the account', 'Of the mailbox', 'Of both']) await untilMembersAre(group, id)

    await mailboxes.removeMember(ofBoth, mailbox)
    await mailboxes.removeMember(ofMailbox, mailbox)
    await untilMembersAre('Of the mailbox')
    await view.quiet()
    await untilMembersAre('Of both', id)
  })

  it('leave the user when the mailbox is deleted, and take a new one in', async () => {
    const { account, mailbox, id } = await joined('gus')
    await mailboxes.delete(mailbox)
    await untilIs(upnOf('gus'), { id, displayName: 'gus', department: 'Engines' })
    await addMailbox('gus2', await sidOf(corp, account))
    await untilIs(upnOf('gus'), { id, displayName: 'gus2 (mailbox)', department: 'Mailroom' })
  })

  it('go with the account, and the same user comes back with it', async () => {
    const { account, mailbox, id } = await joined('hal')
    const guid = await guidOf(corp, account)
    await accounts.delete(account)
    await waitFor(async () => (await view.user(upnOf('hal'))) === undefined, {
      ...patience,
      describe: 'the user to be gone'
    })
    await untilQuarantined(view, mailbox, waits)

    // Samba gives a restored object little more than its names and its SID.
    await accounts.restore(guid, account)
    await accounts.enable(account)
    await accounts.set(account, 'userPrincipalName', upnOf('hal'))
    await untilIs(upnOf('hal'), { id, displayName: 'hal (mailbox)', department: 'Mailroom' })
    await untilQuarantined(view, mailbox)
  })
})

it('quarantines the second one with a userPrincipalName that the other forest has, until it is mended', async () => {
  const first = await accounts.addUser('Cleo First', { userPrincipalName: upnOf('cleo') })
  const { id } = await untilIs(upnOf('cleo'), { displayName: 'Cleo First' })
  const second = await mailboxes.addUser('Cleo Second', { userPrincipalName: upnOf('Cleo') })
  await untilQuarantined(view, second, 'duplicate-value userPrincipalName')
  await accounts.set(first, 'title', 'Goes on')
  await untilIs(upnOf('cleo'), { id, jobTitle: 'Goes on' })

  const mendedAt = performance.now()
  await accounts.set(first, 'userPrincipalName', upnOf('cleo.first'))
  await untilIs(upnOf('cleo.first'), { id })
  await untilIs(upnOf('cleo'), { displayName: 'Cleo Second' })
  expect(performance.now() - mendedAt).toBeLessThan(15_000)
  await untilQuarantined(view, second)
})

it('joins by an attribute that own rules name', async () => {
  const rules = rulesOverApi(view)
  await rules.apply('version: 1\nsettings:\n  join: { attribute: employeeID }\n')
  const number = accountName('e')
  const here = await accounts.addUser('Dora Here', {
    userPrincipalName: upnOf('dora'),
    employeeID: number,
    title: 'Baker'
  })
  const { id } = await untilIs(upnOf('dora'), { jobTitle: 'Baker' })
  const there = await mailboxes.addUser('Dora There', {
    userPrincipalName: 'dora@mail.example.test',
    employeeID: number.toUpperCase(),
    mailNickname: 'dora',
    department: 'Cakes',
    userAccountControl: disabledAccount
  })
  await untilIs(upnOf('dora'), { id, displayName: 'Dora There', department: 'Cakes', jobTitle: 'Baker' })
  expect(await usersNamed('dora@')).toEqual([upnOf('dora')])
  expect(await quarantined(view, there)).toEqual([])
  expect(await quarantined(view, here)).toEqual([])
})
