import { Resolver } from 'node:dns/promises'
import { connectDirectory } from '@opendirsync/active-directory'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { joinDomainController, replicate } from './join-domain-controller.ts'
import { type SambaDomain, startSambaDomain } from './start-samba-domain.ts'

let started: AsyncDisposableStack
let dc1: SambaDomain
let dc2: SambaDomain

beforeAll(async () => {
  await using stack = new AsyncDisposableStack()
  dc1 = stack.use(await startSambaDomain({ dns: true, processModel: 'prefork' }))
  dc2 = stack.use(await joinDomainController(dc1, { site: 'Branch' }))
  started = stack.move()
}, 240_000)
afterAll(() => started.disposeAsync())

it('joins with an address and a name of its own, and one CA for both', async () => {
  expect(dc2.host).not.toBe(dc1.host)
  expect(dc2).toMatchObject({ baseDn: dc1.baseDn, serverName: 'dc2.corp.example.test' })
  for (const { url, serverName } of [dc1, dc2]) {
    for (const name of [{}, { serverName }]) {
      await using connection = await connectDirectory({ ...account(), url, caFile: dc1.caFile, ...name })
      expect(connection.server).toContain(new URL(url).hostname)
    }
  }
})

it('replicates when it is told to, in both directions', async () => {
  for (const [from, to] of [
    [dc1, dc2],
    [dc2, dc1]
  ] as const) {
    const dn = `CN=from ${from.serverName},CN=Users,${dc1.baseDn}`
    await using there = await connectDirectory({ ...account(), url: from.url, caFile: from.caFile })
    await there.add(dn, { objectClass: 'contact' })
    await using here = await connectDirectory({ ...account(), url: to.url, caFile: to.caFile })
    const search = {
      base: dc1.baseDn,
      scope: 'subtree',
      filter: '(objectClass=contact)',
      attributes: []
    } as const
    const names = async () => (await gather(here.search(search))).map(({ dn: found }) => found)
    expect(await names()).not.toContain(dn)
    await replicate(from, to)
    expect(await names()).toContain(dn)
  }
})

it('is in the DNS of both', async () => {
  for (const { host } of [dc1, dc2]) {
    const resolver = new Resolver({ timeout: 2_000, tries: 2 })
    resolver.setServers([host])
    for (const each of [dc1, dc2]) expect(await resolver.resolve4(each.serverName)).toEqual([each.host])
  }
})

function account() {
  const { bindDn, password } = dc1
  return { bindDn, password }
}

async function gather<T>(items: AsyncIterable<T>): Promise<T[]> {
  const gathered: T[] = []
  for await (const item of items) gathered.push(item)
  return gathered
}
