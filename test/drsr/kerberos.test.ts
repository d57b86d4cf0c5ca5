import { appendFile } from 'node:fs/promises'
import { connectReplication, type ReplicationOptions } from '@opendirsync/drsr'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ReplicationFixture, startReplicationFixture } from './replication-fixture.ts'

const NT_HASH = '92937945b518814341de3f726500d4ff'

let fixture: ReplicationFixture

// A domain in which nobody signs in with NTLM.
beforeAll(async () => {
  fixture = await startReplicationFixture([
    { name: 'anna', password: 'Pa$$w0rd' },
    { name: 'ben', password: { ntHash: NT_HASH } }
  ])
  const { domain } = fixture
  await domain.stop()
  await appendFile(domain.files.smbConf, '[global]\n\tntlm auth = disabled\n')
  await domain.start()
}, 120_000)
afterAll(() => fixture?.[Symbol.asyncDispose]())

const options = (more: Partial<ReplicationOptions> = {}): ReplicationOptions => ({
  controller: { host: fixture.domain.host },
  account: fixture.reader('both'),
  serverName: fixture.domain.serverName,
  signIn: 'kerberos',
  ...more
})

describe('where NTLM is switched off', () => {
  it('NTLM is refused', async () => {
    await expect(connectReplication(options({ signIn: 'ntlm' }))).rejects.toMatchObject({
      name: 'SetupError'
    })
  })

  it('a hash is read by Kerberos, under every form of the name', async () => {
    const { user, domain, password } = fixture.reader('both')
    const { dnsName, baseDn } = fixture.domain
    const accounts = [
      { user, domain, password },
      { user, domain: '', password },
      { user: user.toUpperCase(), domain: dnsName, password: Buffer.from(password) },
      { user: `${user}@${dnsName}`, domain: '', password }
    ]
    for (const account of accounts) {
      await using replication = await connectReplication(options({ account }))
      const found = await replication.object({ dn: `CN=anna,OU=Staff,${baseDn}` })
      expect([account.user, found?.ntHash?.toString('hex')]).toEqual([account.user, NT_HASH])
    }
  })

  it('a whole domain is read, in packets that are sealed each', async () => {
    await using replication = await connectReplication(options())
    const hashes: string[] = []
    for await (const page of replication.changes({ namingContext: fixture.domain.baseDn })) {
      for (const { ntHash } of page.objects) if (ntHash) hashes.push(ntHash.toString('hex'))
    }
    expect(hashes.filter(hash => hash === NT_HASH)).toHaveLength(2)
  })
})

describe('what is refused', () => {
  const refused = async (more: Partial<ReplicationOptions>) =>
    await connectReplication(options(more)).then(
      () => undefined,
      (error: unknown) => error
    )

  it('says that the password is wrong, without it', async () => {
    const error = await refused({ account: { ...fixture.reader('both'), password: 'Wr0ng.one' } })
    expect(error).toMatchObject({
      code: 'ad-credentials',
      message: expect.stringContaining('password is wrong')
    })
    expect(String(error)).not.toContain('Wr0ng')
  })

  it('says that there is no such account', async () => {
    const account = { user: 'nobody', domain: fixture.domain.netbios, password: 'x' }
    expect(await refused({ account })).toMatchObject({
      code: 'ad-credentials',
      message: expect.stringContaining('no such account')
    })
  })

  it('says that the account has no AES keys', async () => {
    // An account that was made with a hash has none.
    const account = { user: 'ben', domain: fixture.domain.netbios, password: 'Pa$$w0rd' }
    expect(await refused({ account })).toMatchObject({
      code: 'ad-credentials',
      message: expect.stringContaining('AES')
    })
  })

  it.each(['127.0.0.1', 'dc1'])('says that %s is not a full name', async serverName => {
    expect(await refused({ serverName })).toMatchObject({
      code: 'ad-kerberos',
      message: expect.stringContaining(serverName)
    })
  })

  it('says that the service is not known', async () => {
    const serverName = `other.${fixture.domain.dnsName}`
    expect(await refused({ serverName })).toMatchObject({
      code: 'ad-kerberos',
      message: expect.stringContaining(serverName)
    })
  })
})
