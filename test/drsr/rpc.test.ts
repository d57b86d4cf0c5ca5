import { type SambaDomain, startSambaDomain } from '@opendirsync/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  conformantArray,
  conformantBytes,
  contextHandle,
  guid,
  struct,
  uint32,
  union,
  unique,
  wideString
} from '../../packages/drsr/src/ndr/index.ts'
import { NtlmInitiator } from '../../packages/drsr/src/ntlm/initiator.ts'
import { connectRpc, lookUpPort, type Operation, type RpcClient } from '../../packages/drsr/src/rpc/index.ts'

const drsuapi = { id: 'e3514235-4b06-11d1-ab04-00c04fc2dcd2', major: 4, minor: 0 }
const unknown = { id: '11111111-2222-3333-4444-555555555555', major: 1, minor: 0 }

const extensions = unique(struct({ size: uint32, bytes: conformantBytes }))
const bindRequest = { client: unique(guid), extensions }
const bindResponse = { extensions, handle: contextHandle, status: uint32 }
const drsBind: Operation<typeof bindRequest, typeof bindResponse> = {
  name: 'IDL_DRSBind',
  opnum: 0,
  request: bindRequest,
  response: bindResponse
}
const noExtensions = { client: 'e24d201a-4fd6-11d1-a3da-0000f875ae0d', extensions: null }

const namesV1 = struct({
  codePage: uint32,
  locale: uint32,
  flags: uint32,
  offered: uint32,
  desired: uint32,
  count: uint32,
  names: unique(conformantArray(unique(wideString)))
})
const item = struct({ status: uint32, domain: unique(wideString), name: unique(wideString) })
const crackedV1 = unique(struct({ count: uint32, items: unique(conformantArray(item)) }))
const crackRequest = { handle: contextHandle, version: uint32, request: union({ 1: namesV1 }) }
const crackResponse = { version: uint32, reply: union({ 1: crackedV1 }), status: uint32 }
const crackNames: Operation<typeof crackRequest, typeof crackResponse> = {
  name: 'IDL_DRSCrackNames',
  opnum: 12,
  request: crackRequest,
  response: crackResponse
}
const NT4 = 2
const GUID = 6

let domain: SambaDomain
let port: number

beforeAll(async () => {
  domain = await startSambaDomain()
  port = await lookUpPort({ host: domain.host, interface: drsuapi })
})

afterAll(async () => {
  await domain?.[Symbol.asyncDispose]()
})

function connect(
  options: { readonly password?: string; readonly timeoutMs?: number } = {}
): Promise<RpcClient> {
  const security = new NtlmInitiator({
    account: { user: 'Administrator', domain: domain.netbios },
    password: Buffer.from(options.password ?? domain.password),
    servicePrincipalName: `ldap/${domain.serverName}`,
    server: domain.host
  })
  const { timeoutMs = 30_000 } = options
  return connectRpc({ host: domain.host, port, interface: drsuapi, security, timeoutMs })
}

async function bound(client: RpcClient): Promise<Buffer> {
  const { handle, status } = await client.call(drsBind, noExtensions)
  expect(status).toBe(0)
  return handle
}

async function crack(client: RpcClient, handle: Buffer, names: readonly string[]) {
  const request = {
    codePage: 0,
    locale: 0,
    flags: 0,
    offered: NT4,
    desired: GUID,
    count: names.length,
    names
  }
  const { reply, status } = await client.call(crackNames, {
    handle,
    version: 1,
    request: { tag: 1, value: request }
  })
  expect(status).toBe(0)
  return reply.value?.items ?? []
}

describe('the endpoint mapper of a domain controller', () => {
  it('knows the port of replication', () => {
    expect(port).toBeGreaterThan(1024)
  })

  it('has no port for what the controller does not offer', async () => {
    await expect(lookUpPort({ host: domain.host, interface: unknown })).rejects.toMatchObject({
      name: 'SetupError',
      code: 'ad-address'
    })
  })
})

describe('a call to a domain controller', () => {
  it('is made under NTLM, signed and encrypted', async () => {
    await using client = await connect()
    expect(client.sessionKey).toHaveLength(16)
    const handle = await bound(client)
    const [found, missing] = await crack(client, handle, [`${domain.netbios}\\Administrator`, 'NO\\one'])
    expect(found).toMatchObject({ status: 0, name: expect.stringMatching(/^\{[\da-f-]{36}\}$/) })
    expect(missing?.name).toBeNull()
  })

  it('takes and gives many fragments', async () => {
    await using client = await connect()
    const handle = await bound(client)
    const names = Array.from({ length: 1500 }, () => `${domain.netbios}\\Administrator`)
    const items = await crack(client, handle, names)
    expect(items).toHaveLength(1500)
    expect(new Set(items.map(({ name }) => name)).size).toBe(1)
  })

  it('waits for its turn', async () => {
    await using client = await connect()
    const handle = await bound(client)
    const name = `${domain.netbios}\\krbtgt`
    const answers = await Promise.all([1, 2, 3].map(count => crack(client, handle, Array(count).fill(name))))
    expect(answers.map(items => items.length)).toEqual([1, 2, 3])
  })

  it('with a wrong password says that the logon is refused', async () => {
    const attempt = async () => {
      await using client = await connect({ password: 'wrong' })
      await client.call(drsBind, noExtensions)
    }
    await expect(attempt()).rejects.toMatchObject({ name: 'SetupError', code: 'ad-credentials' })
  })

  it('without security is refused', async () => {
    await using client = await connectRpc({ host: domain.host, port, interface: drsuapi })
    await expect(client.call(drsBind, noExtensions)).rejects.toMatchObject({ name: 'SetupError' })
  })

  it('goes on after a fault', async () => {
    await using client = await connect()
    const handle = await bound(client)
    const beyond = { ...drsBind, name: 'beyond', opnum: 200 }
    await expect(client.call(beyond, noExtensions)).rejects.toMatchObject({
      name: 'PermanentError',
      message: expect.stringContaining('0x1c010002')
    })
    expect(await crack(client, handle, ['NO\\one'])).toHaveLength(1)
  })

  it('with a handle that nobody gave says that a new connection is needed', async () => {
    await using client = await connect()
    await bound(client)
    await expect(crack(client, Buffer.alloc(20, 7), ['NO\\one'])).rejects.toMatchObject({
      name: 'UnavailableError'
    })
  })

  it('of an interface that is not there says so', async () => {
    await expect(connectRpc({ host: domain.host, port, interface: unknown })).rejects.toMatchObject({
      name: 'SetupError',
      code: 'ad-address'
    })
  })

  it('of a port where nobody listens is worth another try', async () => {
    await expect(connectRpc({ host: domain.host, port: 1, interface: drsuapi })).rejects.toMatchObject({
      name: 'UnavailableError',
      system: 'active-directory'
    })
  })

  it('of a controller that hangs ends in time, and can be aborted', async () => {
    await using late = await connect({ timeoutMs: 200 })
    await using aborted = await connect()
    const handle = await bound(aborted)
    domain.freeze()
    try {
      await expect(late.call(drsBind, noExtensions)).rejects.toMatchObject({
        name: 'UnavailableError',
        message: expect.stringContaining('did not answer IDL_DRSBind within 200 ms')
      })
      expect(late.usable).toBe(false)
      const signal = AbortSignal.abort(new Error('stop'))
      await expect(aborted.call(drsBind, noExtensions, { signal })).rejects.toThrow('stop')
      expect(aborted.usable).toBe(true)
      const controller = new AbortController()
      const call = aborted.call(drsBind, noExtensions, { signal: controller.signal })
      setImmediate(() => controller.abort(new Error('enough')))
      await expect(call).rejects.toThrow('enough')
      await expect(crack(aborted, handle, ['NO\\one'])).rejects.toThrow('enough')
    } finally {
      domain.thaw()
    }
  })
})
