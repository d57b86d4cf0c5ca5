import { connectDirectory } from '@opendirsync/active-directory'
import type { Hold, HoldWave } from '@opendirsync/contracts'
import {
  type Company,
  type DirectoryObject,
  populate,
  type SambaDomain,
  type System,
  startSambaDomain,
  startSystem,
  waitFor
} from '@opendirsync/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openPostgres } from '../failure/look-inside.ts'
import { Directory } from '../support/directory.ts'
import { guidOf } from '../support/guid-of.ts'
import { upnOf } from './people-file.ts'
import { patience, type View, viewOf } from './view.ts'

const size = 600
const members = 100
const longer = { ...patience, timeoutMs: 120_000 }

const stack = new AsyncDisposableStack()
let domain: SambaDomain
let system: System
let view: View
let directory: Directory

/** A branch office with its people, others who stay, and a group of those. */
function company(): Company {
  const person = (unit: string, number: number): DirectoryObject => ({
    kind: 'user',
    dn: `CN=${unit} ${number},OU=${unit}`,
    attributes: {
      sAMAccountName: `${unit.toLowerCase()}${number}`,
      userPrincipalName: upnOf(`${unit.toLowerCase()}${number}`),
      displayName: `${unit} ${number}`,
      // An enabled account without a password.
      userAccountControl: String(0x0200 + 0x0020)
    }
  })
  const unit = (name: string): DirectoryObject => ({
    kind: 'organizationalUnit',
    dn: `OU=${name}`,
    attributes: {}
  })
  const branch = Array.from({ length: size }, (_unused, number) => person('Branch', number))
  const staff = Array.from({ length: members }, (_unused, number) => person('Staff', number))
  const team: DirectoryObject = {
    kind: 'group',
    dn: 'CN=Team,OU=Staff',
    attributes: { sAMAccountName: 'team', groupType: String(0x80000002 | 0) },
    members: staff.map(({ dn }) => dn)
  }
  return {
    domain: 'corp.example.test',
    objects: [unit('Branch'), unit('Staff'), ...branch, ...staff, team]
  }
}

beforeAll(async () => {
  domain = stack.use(await startSambaDomain({ populate: files => populate(files, company()) }))
  system = stack.use(await startSystem({ domain, environment: { SWEEP_SECONDS: '1' } }))
  view = stack.use(viewOf(system))
  directory = stack.use(await Directory.open(domain))
  await waitFor(async () => (await usersOf('branch')) === size && (await usersOf('staff')) === members, {
    ...longer,
    describe: 'everybody to be in the tenant'
  })
  await waitFor(async () => (await teamMembers()) === members, {
    ...longer,
    describe: 'the group to have its members'
  })
}, 300_000)
afterAll(() => stack.disposeAsync())

async function usersOf(unit: string): Promise<number> {
  const users = await view.tenant.users()
  return users.filter(user => String(user.userPrincipalName).startsWith(unit)).length
}

async function teamMembers(): Promise<number> {
  const team = (await view.tenant.groups()).find(group => group.displayName === 'Team')
  return team === undefined ? 0 : (await view.tenant.members(team.id)).length
}

async function summary(): Promise<Record<string, number>> {
  return (await view.call('GET', '/v1/summary')).body as Record<string, number>
}

async function waves(): Promise<HoldWave[]> {
  return ((await view.call('GET', '/v1/holds/waves')).body as { waves: HoldWave[] }).waves
}

async function holdsIn(state: string): Promise<Hold[]> {
  const all: Hold[] = []
  let after = ''
  for (;;) {
    const { body } = await view.call('GET', `/v1/holds?state=${state}&limit=200${after}`)
    const { items, next } = body as { items: Hold[]; next?: number }
    all.push(...items)
    if (next === undefined) return all
    after = `&after=${next}`
  }
}

async function decide(body: object): Promise<void> {
  const answer = await view.call('POST', '/v1/holds/decide', body)
  expect(answer).toMatchObject({ status: 200 })
}

it('holds the people of a deleted unit, shows them, and deletes the half that is approved', {
  timeout: 300_000
}, async () => {
  const branch = `OU=Branch,${domain.baseDn}`
  const returning = `CN=Branch 7,${branch}`
  const guid = await guidOf(domain, returning)
  await system.emulator.resetRequests()
  // As the console of Active Directory does it: the unit with all that is in it, in one operation.
  await using connection = await connectDirectory(domain)
  await connection.delete(branch, { tree: true })
  await waitFor(async () => (await summary()).heldDeletes === size, {
    ...longer,
    describe: 'the deletes to be held'
  })
  expect(await usersOf('branch')).toBe(size)

  expect(await waves()).toMatchObject([
    {
      kind: 'delete-user',
      reason: 'deleted',
      connector: domain.dnsName,
      container: branch,
      held: size,
      message: `It was deleted in ${domain.dnsName}, in ${branch}.`
    }
  ])
  const held = await holdsIn('held')
  expect(new Set(held.map(({ displayName }) => displayName)).size).toBe(size)
  expect(held.find(({ dn }) => dn === returning)).toMatchObject({
    displayName: 'Branch 7',
    userPrincipalName: upnOf('branch7')
  })

  const isFirstHalf = ({ displayName = '' }: Hold) => Number(displayName.split(' ')[1]) >= size / 2
  const half = held.filter(isFirstHalf).map(({ id }) => id)
  await decide({ decision: 'approve', ids: half, comment: 'The branch was closed' })
  await decide({ decision: 'refuse', all: true, expected: size - half.length })
  await waitFor(async () => (await usersOf('branch')) === size / 2, {
    ...longer,
    describe: 'the half that was approved to be deleted'
  })
  await view.quiet()
  const { byOperation } = await system.emulator.requests()
  expect(byOperation['DELETE /users/{id}']).toBe(size / 2)
  expect(await summary()).toMatchObject({ heldDeletes: 0, pendingExports: 0 })

  // Who was refused stays as they were, and is the same when they come back.
  const before = await view.user(upnOf('branch7'))
  expect(before).toMatchObject({ accountEnabled: true })
  await directory.restore(guid, `CN=Branch 7,OU=Staff,${domain.baseDn}`)
  await waitFor(async () => (await holdsIn('withdrawn')).length === 1, {
    ...longer,
    describe: 'the hold of who came back to be withdrawn'
  })
  await view.quiet()
  expect(await holdsIn('refused')).toHaveLength(size / 2 - 1)
  expect((await view.user(upnOf('branch7')))?.id).toBe(before?.id)
  expect((await system.emulator.requests()).byOperation['DELETE /users/{id}']).toBe(size / 2)
})

it('holds the members of a group that is emptied, and lets its other changes go on', {
  timeout: 120_000
}, async () => {
  const team = `CN=Team,OU=Staff,${domain.baseDn}`
  await directory.set(team, 'member')
  await directory.set(team, 'description', 'Emptied')
  await waitFor(async () => (await summary()).heldRemovals === members, {
    ...longer,
    describe: 'the removals to be held'
  })
  await waitFor(
    async () =>
      (await view.tenant.groups()).find(group => group.displayName === 'Team')?.description === 'Emptied',
    { ...longer, describe: 'the description of the group' }
  )
  expect(await teamMembers()).toBe(members)
  const [wave] = (await waves()).filter(({ kind }) => kind === 'remove-member')
  expect(wave).toMatchObject({ held: members, container: team, connector: domain.dnsName })
  await decide({ decision: 'approve', wave: wave?.wave, expected: members })
  await waitFor(async () => (await teamMembers()) === 0, {
    ...longer,
    describe: 'the group to be empty'
  })
})

it('disables who leaves, and deletes them when their day has come', { timeout: 180_000 }, async () => {
  await system.service('export').stop()
  await (await system.start('export', { DELETE_AFTER_DAYS: '7' })).ready(patience.timeoutMs)
  const [leaving, returning] = ['Staff 1', 'Staff 2'].map(name => `CN=${name},OU=Staff,${domain.baseDn}`)
  if (leaving === undefined || returning === undefined) throw new Error('nobody leaves')
  const guid = await guidOf(domain, returning)
  const before = await view.user(upnOf('staff2'))
  await directory.delete(leaving)
  await directory.delete(returning)
  for (const name of ['staff1', 'staff2']) {
    await waitFor(async () => (await view.user(upnOf(name)))?.accountEnabled === false, {
      ...longer,
      describe: `${name} to be disabled`
    })
  }
  const postponed = await waitFor(
    async () => {
      const { items } = (await view.call('GET', '/v1/holds/postponed')).body as {
        items: { displayName: string; since: string; dueAt: string }[]
      }
      return items.length === 2 && items
    },
    { ...longer, describe: 'both to be listed' }
  )
  expect(postponed.map(({ displayName }) => displayName).toSorted()).toEqual(['Staff 1', 'Staff 2'])
  for (const { since, dueAt } of postponed) {
    expect(Date.parse(dueAt) - Date.parse(since)).toBe(7 * 86_400_000)
  }

  await directory.restore(guid, returning)
  // Samba restores accounts as disabled ones.
  await directory.enable(returning)
  await waitFor(async () => (await view.user(upnOf('staff2')))?.accountEnabled === true, {
    ...longer,
    describe: 'who came back to be enabled'
  })
  expect((await view.user(upnOf('staff2')))?.id).toBe(before?.id)

  await using client = await openPostgres(system)
  await client.query(
    "update export_object set desired_at = desired_at - interval '8 days' where not desired_present and postponed_revision > 0"
  )
  await waitFor(async () => (await view.user(upnOf('staff1'))) === undefined, {
    ...longer,
    describe: 'who left to be deleted'
  })
})
