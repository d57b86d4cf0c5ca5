import { createHash, generateKeyPairSync, randomUUID, X509Certificate } from 'node:crypto'
import {
  type Content,
  type Element,
  element,
  elementsBelow,
  namespace,
  readDocument,
  type Text,
  textAt,
  word,
  writeDocument
} from '@opendirsync/binary-xml'
import { SignJWT } from 'jose'
import type { EntraEmulator } from '../emulator.ts'
import { syncServiceRole } from '../model/application-permissions.ts'
import { objectOf, requestToken, startTestTenant, type TestTenant } from '../test-client.ts'
import { createAuthority, type Keys } from '../tls/certificate.ts'
import { coexistence, operations } from './message.ts'
import { syncServiceAppId } from './sync-service.ts'

/** Registers a certificate with these keys for the application; what it signs a token request with. */
function registerCertificate(emulator: EntraEmulator, keys: Keys): () => Promise<string> {
  const { certificatePem } = createAuthority('A test application', keys)
  emulator.setCredentials({ clientCertificatePem: certificatePem })
  const thumbprint = createHash('sha256').update(new X509Certificate(certificatePem).raw).digest('base64url')
  const { clientId, tokenUrl } = emulator
  return () =>
    new SignJWT({ jti: randomUUID() })
      .setProtectedHeader({ alg: 'PS256', typ: 'JWT', 'x5t#S256': thumbprint })
      .setIssuer(clientId)
      .setSubject(clientId)
      .setAudience(tokenUrl)
      .setNotBefore(Math.floor(Date.now() / 1000))
      .setExpirationTime(Math.floor(Date.now() / 1000) + 600)
      .sign(keys.privateKey)
}

/** A token of the synchronization service, or what is given in place of one. */
export async function syncToken(
  emulator: EntraEmulator,
  assertion: string | undefined,
  scope = `${syncServiceAppId}/.default`
): Promise<{ readonly token: string; readonly errorCodes: unknown }> {
  const proof =
    assertion === undefined
      ? {}
      : {
          client_secret: '',
          client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
          client_assertion: assertion
        }
  const { body } = await requestToken(emulator, { scope, ...proof })
  return { token: String(body.access_token), errorCodes: body.error_codes }
}

export interface Call {
  readonly operation: string
  readonly token: string
  readonly content?: readonly Content[]
  /** In place of what belongs to the operation. */
  readonly action?: string
  readonly operationNamespace?: string
  readonly buildNumber?: string
  /** In place of, or beside, the usual ones; undefined: without it. */
  readonly headers?: Readonly<Record<string, string | undefined>>
  /** In place of the message. */
  readonly bytes?: Buffer
}

export interface Reply {
  readonly status: number
  readonly headers: Headers
  /** Undefined when the answer is no message. */
  readonly message: Element | undefined
  /** The words of a fault. */
  readonly words: string | undefined
}

async function callSyncService(emulator: EntraEmulator, call: Call): Promise<Reply> {
  const trackingId = randomUUID()
  const { buildNumber = '2.4.21.0' } = call
  const given: Record<string, string | undefined> = {
    'content-type': 'application/soap+msbin1',
    'client-request-id': trackingId,
    'x-ms-aadmsods-appid': randomUUID(),
    'x-ms-aadmsods-apiaction': call.operation,
    'x-ms-aadmsods-clientversion': '8.0',
    'x-ms-aadmsods-dirsyncbuildnumber': buildNumber,
    'x-ms-aadmsods-fimbuildnumber': buildNumber,
    'x-ms-aadmsods-tenantid': emulator.tenantId,
    ...call.headers
  }
  const headers = Object.entries(given).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value]]
  )
  const bytes = call.bytes ?? writeDocument(envelope(call, { trackingId, buildNumber }))
  const response = await fetch(emulator.syncServiceUrl, {
    method: 'POST',
    headers: Object.fromEntries(headers),
    body: new Uint8Array(bytes)
  })
  const body = Buffer.from(await response.arrayBuffer())
  const isMessage = response.headers.get('content-type') === 'application/soap+msbin1'
  const message = isMessage ? readDocument(body) : undefined
  const words = message && textAt(message, 'Body/Fault/Reason/Text')
  return { status: response.status, headers: response.headers, message, words }
}

function text(value: string): Text {
  return { type: 'chars', value }
}

function envelope(
  { operation, token, content = [], action, operationNamespace = operations }: Call,
  { trackingId, buildNumber }: { trackingId: string; buildNumber: string }
): Element {
  const member = (name: string, value: string) =>
    element(name, text(value), { attributes: [namespace('', operations)] })
  const signIn = element(
    'SyncToken',
    [
      member('BearerToken', token),
      member('DirSyncBuildNumber', buildNumber),
      member('TrackingId', trackingId)
    ],
    { attributes: [namespace('', 'urn:microsoft.online.administrativeservice')] }
  )
  const header = [
    element(word('Action'), text(action ?? `${operations}/IProvisioningWebService/${operation}`), {
      prefix: 'a'
    }),
    signIn,
    element(word('MessageID'), { type: 'uniqueId', value: trackingId }, { prefix: 'a' })
  ]
  const body = element(operation, content, { attributes: [namespace('', operationNamespace)] })
  return element(
    word('Envelope'),
    [element(word('Header'), header, { prefix: 's' }), element(word('Body'), [body], { prefix: 's' })],
    {
      prefix: 's',
      attributes: [
        namespace('s', word('http://www.w3.org/2003/05/soap-envelope')),
        namespace('a', word('http://www.w3.org/2005/08/addressing'))
      ]
    }
  )
}

/** Members of one credential, in the order in which they are sent. */
export type Item = Readonly<Record<string, string>>

function credentials(...items: readonly Item[]): Element {
  const sent = items.map(item =>
    element(
      'SyncCredentialsChangeItem',
      Object.entries(item).map(([name, value]) => element(name, text(value), { prefix: 'b' })),
      { prefix: 'b' }
    )
  )
  return element('request', [element('RequestItems', sent, { prefix: 'b' })], {
    attributes: [namespace('b', coexistence)]
  })
}

/** The result of each credential, in the order of the answer: its code, and whom it is about. */
export function resultsOf({
  message
}: Reply): readonly (readonly [code: string, anchor: string | undefined])[] {
  const results = message === undefined ? [] : [...elementsBelow(message, 'SyncCredentialsChangeResult')]
  return results.map(each => [
    textAt(each, 'Result') ?? '',
    textAt(each, 'SourceAnchor') ?? textAt(each, 'CloudAnchor')
  ])
}

/** A tenant with a user `ann` whose anchor is known, and an application that may send passwords. */
export interface SyncTenant extends AsyncDisposable {
  readonly tenant: TestTenant
  readonly ann: string
  /** Fetches a token anew, by the certificate. */
  readonly fetchToken: (scope?: string) => ReturnType<typeof syncToken>
  call(given: Partial<Call>): Promise<Reply>
  send(...items: readonly Item[]): Promise<Reply>
  /** A call under `/emulator/`; POST with a body. Its status is among what was answered. */
  admin(path: string, body?: object): Promise<Record<string, unknown>>
  /** As it was at the beginning, with a new token. */
  reset(): Promise<void>
}

export const anchor = 'QUJDREVGR0hJSktMTU5PUA=='
/** Of `Pa$$w0rd`. */
export const credentialData =
  'v1;PPH1_MD4,181a3024085fcee2f70e,1000,b39525c3bc72a1136fcf7c8a338e0c14313d0450d1a4c98ef0a6ddada3bc5b0a;'
export const item: Item = {
  ChangeDate: '2026-11-22T16:52:26.597933Z',
  CredentialData: credentialData,
  ForcePasswordChangeOnLogon: 'false',
  SourceAnchor: anchor
}

export async function startSyncTenant(tenantId?: string): Promise<SyncTenant> {
  const tenant = await startTestTenant(tenantId === undefined ? {} : { tenant: { id: tenantId } })
  const { emulator } = tenant
  const sign = registerCertificate(emulator, generateKeyPairSync('rsa', { modulusLength: 2048 }))
  const ann = await tenant.createUser('ann', { onPremisesImmutableId: anchor })
  const fetchToken: SyncTenant['fetchToken'] = async scope => syncToken(emulator, await sign(), scope)
  let token = ''
  const call: SyncTenant['call'] = given =>
    callSyncService(emulator, { operation: 'GetCompanyConfiguration', token, ...given })
  return {
    tenant,
    ann,
    fetchToken,
    call,
    send: (...items) => call({ operation: 'ProvisionCredentials', content: [credentials(...items)] }),
    async admin(path, body) {
      const response = await fetch(`${emulator.graphUrl}/emulator/${path}`, {
        method: body === undefined ? 'GET' : 'POST',
        ...(body !== undefined && { body: JSON.stringify(body) })
      })
      return { status: response.status, ...objectOf(await response.json()) }
    },
    async reset() {
      emulator.synchronization.change({
        directorySync: true,
        features: { PasswordHashSync: true, EnableUserForcePasswordChangeOnLogon: false },
        redirectedTo: null,
        oldestBuild: '1.5.30.0',
        takesCloudUsers: true
      })
      emulator.faults.clear()
      emulator.application.grant([syncServiceRole])
      token = (await fetchToken()).token
    },
    [Symbol.asyncDispose]: () => tenant[Symbol.asyncDispose]()
  }
}
