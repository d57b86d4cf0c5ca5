import { connectDirectory, controlOid, type DirSyncRequest, dirSync } from '@opendirsync/active-directory'
import { type Cookie, CookieRefusedError, UnavailableError } from '@opendirsync/contracts'
import { type Control, integer, octetString, sequence } from '@opendirsync/ldap'
import { expect, it, onTestFinished } from 'vitest'
import {
  entry,
  type LoopbackServer,
  result,
  searchTag,
  startLoopbackServer
} from '../ldap/loopback-server.ts'

const guid = (number: number) => Buffer.alloc(16, number)
const textGuid = (number: number) =>
  guid(number)
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')

interface Page {
  readonly objects?: readonly number[]
  readonly more?: boolean
  readonly cookie?: string
  readonly code?: number
  /** In place of the DirSync control. */
  readonly controls?: readonly Control[]
}

const control = (value: Uint8Array): Control => ({ oid: controlOid.dirSync, critical: false, value })
const endOf = ({ more = false, cookie = '' }: Page) =>
  control(sequence(integer(more ? 1 : 0), integer(0), octetString(cookie)))

/** A server that gives one page after another, and the last one again and again. */
async function serverOf(...pages: readonly Page[]): Promise<LoopbackServer> {
  let next = 0
  const server = await startLoopbackServer((socket, { id, tag }) => {
    if (tag !== searchTag) return
    const page = pages[Math.min(next++, pages.length - 1)] ?? {}
    const entries = (page.objects ?? []).map(number =>
      entry(id, `CN=${number},DC=x`, { objectGUID: [guid(number)] })
    )
    const controls = page.controls ?? [endOf(page)]
    socket.write(Buffer.concat([...entries, result(id, { code: page.code ?? 0, controls })]))
  })
  onTestFinished(() => server[Symbol.asyncDispose]())
  return server
}

async function read(
  { server }: LoopbackServer,
  request: Partial<DirSyncRequest> = {}
): Promise<{ objects: string[]; cookies: string[] }> {
  await using connection = await connectDirectory(server)
  const objects: string[] = []
  const cookies: string[] = []
  for await (const step of dirSync(connection, { namingContext: 'DC=x', attributes: ['mail'], ...request })) {
    if (step.kind === 'cookie') cookies.push(Buffer.from(step.cookie).toString())
    else objects.push(...step.changes.map(change => change.objectGuid))
  }
  return { objects, cookies }
}

const cookieOf = (text: string): Cookie => Buffer.from(text)

it('goes on after a page that is empty and yet not the last', async () => {
  const server = await serverOf(
    { objects: [1], more: true, cookie: 'a' },
    { more: true, cookie: 'b' },
    { more: true, cookie: 'c' },
    { objects: [2], cookie: 'd' }
  )
  expect(await read(server)).toEqual({ objects: [textGuid(1), textGuid(2)], cookies: ['a', 'b', 'c', 'd'] })
})

it.each([
  ['nothing', {}],
  ['the same', { objects: [1] }]
])('gives up on a server that says for ever that there is more, and gives %s', async (_name, page) => {
  const server = await serverOf({ ...page, more: true, cookie: 'same' })
  await expect(read(server)).rejects.toThrow(/never gets further/)
  await expect(read(server)).rejects.toBeInstanceOf(UnavailableError)
  expect(server.received.length).toBeLessThan(30)
})

it('asks for what it needs, byte for byte, and with the cookie of the page before', async () => {
  const server = await serverOf({ more: true, cookie: 'a' }, { cookie: 'b' })
  await read(server, { objectSecurity: true })
  await read(server, { cookie: cookieOf('z') })
  const searches = server.received.filter(({ tag }) => tag === searchTag)
  const values = searches.map(({ controls }) =>
    Buffer.from(controls.find(({ oid }) => oid === controlOid.dirSync)?.value ?? []).toString('hex')
  )
  const [size, secure, plain] = ['0203200000', '020480000001', '020480000000']
  expect(values).toEqual([
    `300d${secure}${size}0400`,
    `300e${secure}${size}040161`,
    `300e${plain}${size}04017a`
  ])
  const [request] = searches
  expect(request?.controls.map(({ oid, critical }) => [oid, critical])).toEqual([
    [controlOid.dirSync, true],
    [controlOid.extendedDn, true],
    [controlOid.showDeleted, true],
    [controlOid.showRecycled, false]
  ])
  const names = ['objectGUID', 'parentGUID', 'objectClass', 'objectSid', 'isDeleted', 'name', 'mail']
  const asked = sequence(...names.map(name => octetString(name)))
  expect(request?.bytes.includes(asked)).toBe(true)
  expect(request?.bytes.includes('foreignSecurityPrincipal')).toBe(true)
})

it.each([1, 2, 12, 53])('takes %i for a refused cookie, where there was one', async code => {
  const server = await serverOf({ code })
  await expect(read(server, { cookie: cookieOf('z') })).rejects.toBeInstanceOf(CookieRefusedError)
  await expect(read(server)).rejects.toMatchObject({ name: 'PermanentError', resultCode: code })
})

it('takes another fault for what it is, with a cookie too', async () => {
  const cookie = cookieOf('z')
  await expect(read(await serverOf({ code: 50 }), { cookie })).rejects.toMatchObject({
    code: 'ad-permissions'
  })
  await expect(read(await serverOf({ code: 51 }), { cookie })).rejects.toBeInstanceOf(UnavailableError)
})

it.each([
  ['without a cookie', []],
  ['with a control that is none', [control(Buffer.from('none'))]],
  ['with a control without a value', [{ oid: controlOid.dirSync, critical: false }]]
])('a page that ends %s is no page', async (_name, controls) => {
  await expect(read(await serverOf({ controls }))).rejects.toBeInstanceOf(UnavailableError)
})

it('stops at an entry whose GUID is none', async () => {
  const server = await startLoopbackServer((socket, { id }) => {
    socket.write(Buffer.concat([entry(id, 'CN=x', { objectGUID: ['short'] }), result(id)]))
  })
  onTestFinished(() => server[Symbol.asyncDispose]())
  await expect(read(server)).rejects.toBeInstanceOf(UnavailableError)
})
