import {
  type SambaDomain,
  startSambaDomain,
  startSystem,
  waitFor,
  writeConnectorsFile
} from '@opendirsync/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Directory } from '../support/directory.ts'
import { temporaryFolder } from './folder.ts'
import { peopleFile, upnOf } from './people-file.ts'
import { patience, viewOf } from './view.ts'

const stack = new AsyncDisposableStack()
const inside = ['ina', 'ian', 'isa']
const outside = ['ola', 'ove', 'oda', 'obi', 'oz']
let domain: SambaDomain
let staff: Directory

beforeAll(async () => {
  domain = stack.use(await startSambaDomain())
  staff = stack.use(await Directory.open(domain))
  const others = stack.use(await Directory.open(domain))
  for (const name of inside) await staff.addUser(name, { userPrincipalName: upnOf(name) })
  for (const name of outside) await others.addUser(name, { userPrincipalName: upnOf(name) })
  await others.addGroup('Others', [])
})
afterAll(() => stack.disposeAsync())

it('never creates what the scope of the settings leaves out, and holds a wave of deletes by a scope', async () => {
  await using system = await startSystem({
    domain,
    connectors: [{ name: 'corp', domain, scope: { containers: { include: [staff.ou.toLowerCase()] } } }],
    environment: { DELETE_THRESHOLD: '3' }
  })
  using view = viewOf(system)
  const everybody = [...inside, ...outside]
  await view.untilPresent(inside, everybody)
  await view.import('full', 'corp')
  await view.quiet()
  const { byOperation } = await system.emulator.requests()
  expect(byOperation['POST /users']).toBe(inside.length)
  expect(byOperation['POST /groups'] ?? 0).toBe(0)

  const path = '/v1/connectors/corp/scope'
  const { headers, body } = await view.call('GET', path)
  expect(body).toMatchObject({ scope: { containers: { include: [{ dn: staff.ou }] } }, revision: 1 })
  const narrow = { containers: { include: [staff.ou] } }
  const widened = await view.call('PUT', path, {}, { 'if-match': headers.get('etag') ?? '' })
  expect(widened.status).toBe(200)
  await view.untilPresent(everybody, everybody)
  await view.quiet()

  // The importer is started again, and does not go back to the scope of the settings.
  await system.service('import').stop()
  await (await system.start('import')).ready(patience.timeoutMs)
  const held = async () =>
    ((await view.call('GET', '/v1/summary')).body as { heldDeletes: number }).heldDeletes
  expect((await view.call('GET', path)).body).toMatchObject({ scope: {}, revision: 2 })

  const narrowed = await view.call('PUT', path, narrow, { 'if-match': widened.headers.get('etag') ?? '' })
  expect(narrowed.body).toMatchObject({ leaving: { users: expect.any(Number) } })
  await waitFor(async () => (await held()) >= outside.length, {
    ...patience,
    describe: 'the deletes to be held'
  })
  await view.quiet()
  expect(await view.presentAmong(everybody)).toEqual(everybody)
  await view.call('PUT', path, {}, { 'if-match': narrowed.headers.get('etag') ?? '' })
  await waitFor(async () => (await held()) === 0, { ...patience, describe: 'the deletes to be withdrawn' })
  expect(await view.presentAmong(everybody)).toEqual(everybody)
})

it('imports nothing while the scope names what the directory does not have', async () => {
  const nowhere = `OU=Nowhere,${domain.baseDn}`
  await using system = await startSystem({ domain, services: ['api'] })
  using view = viewOf(system)
  await using folder = temporaryFolder()
  const fileWith = (...include: string[]) =>
    writeConnectorsFile(folder.path, [{ name: 'corp', domain, scope: { containers: { include } } }])
  const importer = await system.start('import', {
    CONNECTORS_FILE: await fileWith(staff.ou, nowhere),
    ...withoutDomain
  })
  const problem = await waitFor(async () => (await importer.problems())['the scope of corp'], {
    ...patience,
    describe: 'the fault to be told'
  })
  expect(problem).toContain(nowhere)
  expect(problem).not.toContain(staff.ou)
  expect(await view.runs('corp')).toEqual([])
})

it('begins with conditions, on a domain and on a file, however they spell the attributes', async () => {
  await using directory = await Directory.open(domain)
  await directory.addUser('sam', { userPrincipalName: upnOf('sam'), department: 'Sales' })
  await directory.addUser('pam', { userPrincipalName: upnOf('pam'), department: 'Plant' })
  const conditions = [[{ attribute: 'Department', operator: 'equals', value: 'sales' }]]
  await using system = await startSystem({
    domain,
    connectors: [
      { name: 'corp', domain, scope: { conditions } },
      { name: 'hr', kind: 'csv', anchorColumn: 'Employee number', scope: { conditions } }
    ]
  })
  using view = viewOf(system)
  const handedIn = await view.call(
    'POST',
    '/v1/connectors/hr/files',
    peopleFile([
      { number: '1', first: 'Sue', department: 'SALES' },
      { number: '2', first: 'Pip', department: 'Plant' }
    ])
  )
  expect(handedIn.status).toBe(202)
  await view.untilPresent(['sam', 'sue'], ['sam', 'pam', 'sue', 'pip'])
  await view.quiet()
  expect((await system.emulator.requests()).byOperation['POST /users']).toBe(2)
})

/** Beside a connectors file the variables of a single domain are refused. */
const withoutDomain = { AD_URL: '', AD_BIND_DN: '', AD_PASSWORD: '', AD_CA_FILE: '', AD_SERVER_NAME: '' }
