import { existsSync, readFileSync } from 'node:fs'
import {
  type Element,
  elementsBelow,
  localName,
  readDocument,
  textAt,
  writeDocument
} from '@opendirsync/binary-xml'
import { expect, test } from 'vitest'
import { objectOf } from '../test-client.ts'
import { type Reply, type SyncTenant, startSyncTenant } from './test-call.ts'

const folder = new URL('../../../../../shared/contract/wire/', import.meta.url)
/** Which the captured headers name. */
const tenantId = '00000000-0000-0000-0000-000000000000'

test.skipIf(!existsSync(folder))('what an independent client has sent is understood', async () => {
  await using service = await startSyncTenant(tenantId)
  await service.reset()
  const capabilities = await sendCaptured(service, 'capabilities', 'Capabilities')
  const { message } = capabilities
  expect(message && textAt(message, 'Body/CapabilitiesResponse/CapabilitiesResult')).toContain(
    'MinimumProductVersion'
  )
  expect(message && textAt(message, 'Header/RelatesTo')).toBe('urn:uuid:11111111-2222-3333-4444-555555555555')

  await service.tenant.createUser('captured', { onPremisesImmutableId: 'abc=' })
  const credentials = await sendCaptured(service, 'credentials', 'ProvisionCredentials')
  const [result] = credentials.message
    ? elementsBelow(credentials.message, 'SyncCredentialsChangeResult')
    : []
  expect(result && [textAt(result, 'Result'), textAt(result, 'SourceAnchor')]).toEqual(['0', 'abc='])
  expect(await service.admin('passwords/verify', { anchor: 'abc=', password: '' })).toMatchObject({
    arrived: true,
    changedAt: '2026-11-22T16:52:26.597Z'
  })
})

/** As it was sent, but with a token that is valid here. */
async function sendCaptured(service: SyncTenant, name: string, operation: string): Promise<Reply> {
  const { token } = await service.fetchToken()
  const message = readDocument(readFileSync(new URL(`${name}.req.bin`, folder)))
  const captured = objectOf(JSON.parse(readFileSync(new URL('credentials.req.headers.json', folder), 'utf8')))
  const { Host: _host, ...headers } = objectOf(captured.headers) as Readonly<Record<string, string>>
  return await service.call({
    bytes: writeDocument(withToken(message, token)),
    headers: { 'content-type': undefined, ...headers, 'x-ms-aadmsods-apiaction': operation }
  })
}

function withToken(root: Element, token: string): Element {
  if (localName(root) === 'BearerToken')
    return { ...root, children: [{ kind: 'text', value: { type: 'chars', value: token } }] }
  const children = root.children.map(each => (each.kind === 'element' ? withToken(each, token) : each))
  return { ...root, children }
}
