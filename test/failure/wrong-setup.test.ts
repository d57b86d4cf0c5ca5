import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectDirectory, encodePassword } from '@opendirsync/active-directory'
import {
  type LogLine,
  type SambaDomain,
  type Service,
  type System,
  startSambaDomain,
  startSystem,
  waitFor
} from '@opendirsync/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { agreement } from '../support/agreement.ts'
import { Directory } from '../support/directory.ts'

let domain: SambaDomain
let system: System
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wrong-setup-'))
  domain = await startSambaDomain()
  system = await startSystem({ domain, services: ['transform', 'export'] })
})
afterAll(async () => {
  await system[Symbol.asyncDispose]()
  await domain[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

/** Lines that ask for somebody's attention. */
function complaints(service: Service): readonly LogLine[] {
  return service.log().filter(line => ['warn', 'error', 'fatal'].includes(line.level ?? ''))
}

/** Waits for one complaint that says all of this, and holds that it is the only one. */
async function onlyComplaint(service: Service, ...says: readonly RegExp[]): Promise<void> {
  await waitFor(() => complaints(service).length > 0, {
    describe: `${service.name} to complain`,
    timeoutMs: 20_000
  })
  expect(complaints(service).map(line => line.msg)).toHaveLength(1)
  for (const text of says) expect(complaints(service)[0]?.msg).toMatch(text)
  await expect(service.ready(1)).rejects.toThrow('503')
}

/** Shows that the service works: a new user arrives. */
async function recovers(name: string): Promise<void> {
  await using directory = await Directory.open(domain)
  await directory.addUser(name)
  await agreement(domain, system.emulator.graph, 40_000)
}

it('waits for the right password of the AD account', async () => {
  const password = 'Service-Account-1'
  const account = `CN=Sync Account,CN=Users,${domain.baseDn}`
  await using connection = await connectDirectory(domain)
  await connection.add(account, {
    objectClass: 'user',
    sAMAccountName: 'syncaccount',
    userAccountControl: '512',
    adminDescription: 'User_not for the tenant',
    unicodePwd: encodePassword('Something-Else-1')
  })
  await connection.modify(`CN=Domain Admins,CN=Users,${domain.baseDn}`, [
    { operation: 'add', attribute: 'member', values: [account] }
  ])
  await using importer = await system.start('import', { AD_BIND_DN: account, AD_PASSWORD: password })
  await onlyComplaint(importer, /password/i)
  expect(JSON.stringify(importer.log())).not.toContain(password)

  await connection.modify(account, [
    { operation: 'replace', attribute: 'unicodePwd', values: [encodePassword(password)] }
  ])
  await recovers('After the password')
})

it('waits for a domain controller that is down', async () => {
  await domain.stop()
  await using importer = await system.start('import')
  await onlyComplaint(importer, /cannot be reached|refused|does not answer/i)
  await domain.start()
  await recovers('After the outage')
})

it('goes on with the same cookie when the domain controller dies and comes back', async () => {
  await using importer = await system.start('import')
  await importer.ready()
  await recovers('Before the death')
  await domain.kill9()
  await waitFor(() => complaints(importer).length > 0, {
    describe: 'the importer to notice',
    timeoutMs: 20_000
  })
  await domain.start()
  await recovers('After the death')
  expect(importer.log().filter(line => line.mode === 'full' && line.msg === 'imported')).toEqual([])
})

it('waits for the right CA of the domain controller', async () => {
  const caFile = join(folder, 'ca.pem')
  await copyFile(system.emulator.graph.caFile, caFile)
  await using importer = await system.start('import', { AD_CA_FILE: caFile })
  await onlyComplaint(importer, /certificate/i, /CA|authority/)
  await copyFile(domain.caFile, caFile)
  await recovers('After the certificate')
})

it('waits for the right client secret', async () => {
  await using importer = await system.start('import')
  await importer.ready()
  await system.service('export').stop()
  const { clientSecret } = system.emulator.graph
  await system.emulator.setClientSecret('another secret')
  const exporter = await system.start('export')
  await onlyComplaint(exporter, /secret/i)
  expect(JSON.stringify(exporter.log())).not.toContain(clientSecret)

  await system.emulator.setClientSecret(clientSecret)
  await recovers('After the secret')
})

it('names every missing or wrong variable in one line, and ends', async () => {
  await using service = await system.start('export', {
    GRAPH_TENANT_ID: '',
    GRAPH_URL: 'http://plain',
    LOG_LEVEL: 'loud'
  })
  expect((await service.exited).code).toBe(1)
  expect(complaints(service)).toHaveLength(1)
  for (const name of ['GRAPH_TENANT_ID', 'GRAPH_URL', 'LOG_LEVEL'])
    expect(complaints(service)[0]?.msg).toContain(name)
  expect(complaints(service)[0]?.msg).not.toContain('plain')
})
