import {
  type SambaDomain,
  type Service,
  type System,
  startSambaDomain,
  startSystem,
  waitFor,
  writeConnectorsFile
} from '@opendirsync/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Directory } from '../support/directory.ts'
import { sidOf } from '../support/sid-of.ts'
import { temporaryFolder } from './folder.ts'
import { peopleFile, upnOf } from './people-file.ts'
import { patience, type View, viewOf } from './view.ts'

const stack = new AsyncDisposableStack()
let corp: SambaDomain
let research: SambaDomain
let system: System
let view: View
/** One administrator for each forest. */
let [inCorp, inResearch]: Directory[] = []

beforeAll(async () => {
  ;[corp, research] = await Promise.all([
    startSambaDomain().then(domain => stack.use(domain)),
    startSambaDomain({ realm: 'research.example.test', netbios: 'RESEARCH' }).then(domain =>
      stack.use(domain)
    )
  ])
  system = stack.use(
    await startSystem({
      domain: corp,
      verifiedDomains: [corp.dnsName, research.dnsName],
      connectors: [
        { name: 'corp', domain: corp },
        { name: 'research', domain: research },
        { name: 'hr', kind: 'csv', anchorColumn: 'Employee number' }
      ]
    })
  )
  view = stack.use(viewOf(system))
  inCorp = stack.use(await Directory.open(corp))
  inResearch = stack.use(await Directory.open(research))
})
afterAll(() => stack.disposeAsync())

function opened(directory: Directory | undefined): Directory {
  if (directory === undefined) throw new Error('the directory is opened before the first test')
  return directory
}

async function untilSeen(...userPrincipalNames: string[]): Promise<string[]> {
  return Promise.all(
    userPrincipalNames.map(async name => {
      const user = await waitFor(() => view.user(name), { ...patience, describe: `${name} in the tenant` })
      return user.id
    })
  )
}

async function untilMembersAre(group: string, ids: readonly string[]): Promise<void> {
  await waitFor(
    async () => {
      const found = (await view.tenant.groups()).find(({ displayName }) => displayName === group)
      const members = found === undefined ? [] : await view.tenant.members(found.id)
      if (found !== undefined && members.sort().join() === [...ids].sort().join()) return true
      throw new Error(`${group} has ${members.length} members`)
    },
    { ...patience, describe: `${group} to have ${ids.length} members` }
  )
}

it('brings the users of two forests and of a file into one tenant', async () => {
  await opened(inCorp).addUser('Ann Corp', { userPrincipalName: upnOf('ann') })
  await opened(inResearch).addUser('Rob Research', { userPrincipalName: 'rob@research.example.test' })
  const { status } = await view.call(
    'POST',
    '/v1/connectors/hr/files',
    peopleFile([{ number: '1', first: 'Hal' }])
  )
  expect(status).toBe(202)
  await untilSeen(upnOf('ann'), 'rob@research.example.test', upnOf('hal'))
  const { body } = await view.call('GET', '/v1/connectors')
  expect((body as { connectors: unknown[] }).connectors).toMatchObject([
    { name: 'corp', kind: 'active-directory', namingContext: corp.baseDn },
    { name: 'hr', kind: 'csv' },
    { name: 'research', kind: 'active-directory', namingContext: research.baseDn }
  ])
})

it('makes a user of the other forest a member, through the foreign security principal', async () => {
  const own = await opened(inCorp).addUser('Otto Own', { userPrincipalName: upnOf('otto') })
  const foreign = await opened(inResearch).addUser('Fern Foreign', {
    userPrincipalName: 'fern@research.example.test'
  })
  const group = await opened(inCorp).addGroup('Both forests', [own])
  const [otto = '', fern = ''] = await untilSeen(upnOf('otto'), 'fern@research.example.test')
  await untilMembersAre('Both forests', [otto])

  const sid = await sidOf(research, foreign)
  await opened(inCorp).addMember(group, `<SID=${sid}>`)
  await untilMembersAre('Both forests', [otto, fern])

  await opened(inCorp).removeMember(group, `CN=${sid},CN=ForeignSecurityPrincipals,${corp.baseDn}`)
  await untilMembersAre('Both forests', [otto])
})

it('finds a foreign member who is created after the group was read', async () => {
  const group = await opened(inCorp).addGroup('Early group')
  const late = await opened(inResearch).addUser('Lars Late', {
    userPrincipalName: 'lars@research.example.test',
    adminDescription: 'User_not yet'
  })
  await opened(inCorp).addMember(group, `<SID=${await sidOf(research, late)}>`)
  await untilMembersAre('Early group', [])
  await view.quiet()

  await opened(inResearch).set(late, 'adminDescription')
  await untilMembersAre('Early group', await untilSeen('lars@research.example.test'))
  await opened(inResearch).delete(late)
  await untilMembersAre('Early group', [])
})

it('goes on with one forest while the other is down, and says which one is', {
  timeout: 120_000
}, async () => {
  await view.quiet()
  await research.kill9()
  const importer = system.service('import')
  const problems = await waitFor(
    async () => {
      const now = await importer.problems()
      return Object.keys(now).some(what => what.includes('research')) && now
    },
    { ...patience, describe: 'the forest that is down to be named' }
  )
  expect(Object.keys(problems).filter(what => what.includes('corp'))).toEqual([])
  await opened(inCorp).addUser('Wil Works', { userPrincipalName: upnOf('wil') })
  await untilSeen(upnOf('wil'))
  const full = await view.import('full', 'corp')
  expect(full.state).toBe('completed')

  await research.start()
  await using again = await Directory.open(research)
  await again.addUser('Bea Back', { userPrincipalName: 'bea@research.example.test' })
  await untilSeen('bea@research.example.test')
  await waitFor(async () => Object.keys(await importer.problems()).length === 0, {
    ...patience,
    describe: 'the importer to be ready again'
  })
})

it('leads each connector by itself: a standby takes over the one whose importer died', {
  timeout: 120_000
}, async () => {
  await system.service('import').stop()
  const importerOf = async (...names: ('corp' | 'research')[]) => {
    const own = stack.use(temporaryFolder())
    const domains = { corp, research }
    const file = await writeConnectorsFile(
      own.path,
      names.map(name => ({ name, domain: domains[name] }))
    )
    return system.start('import', { CONNECTORS_FILE: file })
  }
  const first = await importerOf('corp')
  await untilHeld(first, 'corp')
  const second = await importerOf('corp', 'research')
  await untilHeld(second, 'research')
  expect(heldBy(second)).toEqual(['research'])

  await opened(inCorp).addUser('Tim Two', { userPrincipalName: upnOf('tim') })
  await using anew = await Directory.open(research)
  await anew.addUser('Tom Two', { userPrincipalName: 'tom@research.example.test' })
  await untilSeen(upnOf('tim'), 'tom@research.example.test')

  const killedAt = performance.now()
  await first.kill9()
  await untilHeld(second, 'corp')
  expect(performance.now() - killedAt).toBeLessThan(5_000)
  await opened(inCorp).addUser('Una Under', { userPrincipalName: upnOf('una') })
  await untilSeen(upnOf('una'))
})

function heldBy(importer: Service): unknown[] {
  return importer
    .log()
    .filter(line => line.msg?.startsWith('holds the lease'))
    .map(line => line.connector)
}

async function untilHeld(importer: Service, connector: string): Promise<void> {
  await waitFor(() => heldBy(importer).includes(connector), {
    ...patience,
    describe: `the lease of ${connector}`
  })
}
