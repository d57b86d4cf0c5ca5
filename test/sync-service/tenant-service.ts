import { createPublicKey, randomUUID, verify, X509Certificate } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Element, elementAt, elementsIn, localName, readDocument, textAt } from '@opendirsync/binary-xml'
import { createAuthority, createServerCertificate } from '@opendirsync/entra-emulator'
import { rsaKeys } from './rsa-keys.ts'

/** A call as it came. */
export interface ReceivedCall {
  readonly operation: string
  readonly headers: IncomingHttpHeaders
  readonly message: Element
  /** What the operation's element holds. */
  readonly content: Element
  /** Which server of several has received it. */
  readonly origin: string
}

export interface Reply {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Buffer | string
}

/** `hang`: no answer ever. `drop`: the connection is cut. */
export type Answer = (call: ReceivedCall) => Reply | 'hang' | 'drop'

export interface TenantService extends AsyncDisposable {
  readonly tenantId: string
  readonly clientId: string
  readonly certificatePath: string
  readonly origin: string
  /** The same service at another port. */
  readonly otherOrigin: string
  readonly endpoint: string
  readonly caFile: string
  readonly calls: ReceivedCall[]
  /** The assertions that tokens were given for. */
  readonly tokensGiven: string[]
  /** Tokens given until now are no longer taken. */
  revokeTokens(): void
  /** Changed by tests. */
  answer: Answer
  answerToken: (() => Reply) | undefined
  roles: readonly string[] | undefined
}

/** A token endpoint and a synchronization service on this machine, which answers what a test says. */
export async function startTenantService(answer: Answer): Promise<TenantService> {
  const folder = await mkdtemp(join(tmpdir(), 'sync-service-'))
  const [caFile, certificatePath] = [join(folder, 'ca.pem'), join(folder, 'client.pem')]
  const authority = createAuthority('A test authority')
  const application = createAuthority('A test application', rsaKeys())
  const { keyPem, certificatePem } = createServerCertificate(authority, ['localhost', '127.0.0.1'])
  await writeFile(caFile, authority.certificatePem)
  await writeFile(certificatePath, application.keyPem + application.certificatePem)

  let tokens = new Set<string>()
  const [server, otherServer] = [listener(), listener()]
  const [origin, otherOrigin] = [await listen(server), await listen(otherServer)]

  function listener(): Server {
    return createServer({ key: keyPem, cert: certificatePem }, (request, response) => {
      void readBody(request).then(body => {
        const reply = request.url?.endsWith('/token') === true ? giveToken(body) : answerCall(request, body)
        if (reply === 'drop') request.socket.destroy()
        else if (reply !== 'hang') send(response, reply)
      })
    })
  }

  function giveToken(body: Buffer): Reply {
    if (service.answerToken !== undefined) return service.answerToken()
    const assertion = new URLSearchParams(body.toString()).get('client_assertion') ?? ''
    checkAssertion(assertion, application.certificatePem, service)
    service.tokensGiven.push(assertion)
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const token = [
      part({ alg: 'none' }),
      part({ roles: service.roles, jti: randomUUID() }),
      'signature'
    ].join('.')
    tokens.add(token)
    return { body: JSON.stringify({ access_token: token, expires_in: 3_599, token_type: 'Bearer' }) }
  }

  function answerCall(request: IncomingMessage, body: Buffer): ReturnType<Answer> {
    const message = readDocument(body)
    const [content] = elementsIn(elementAt(message, 'Body') ?? message)
    if (content === undefined) return { status: 400 }
    service.calls.push({
      operation: localName(content),
      headers: request.headers,
      message,
      content,
      origin: `https://${request.headers.host}`
    })
    const token = textAt(message, 'Header/SyncToken/BearerToken') ?? ''
    if (!tokens.has(token)) return { status: 401 }
    const received = service.calls.at(-1)
    return received === undefined ? 'drop' : service.answer(received)
  }

  const service: TenantService = {
    tenantId: randomUUID(),
    clientId: randomUUID(),
    certificatePath,
    origin,
    otherOrigin,
    endpoint: `${origin}/provisioningservice.svc`,
    caFile,
    calls: [],
    tokensGiven: [],
    revokeTokens: () => {
      tokens = new Set()
    },
    answer,
    answerToken: undefined,
    roles: ['ADSynchronization.ReadWrite.All'],
    async [Symbol.asyncDispose]() {
      await Promise.all([server, otherServer].map(close))
      await rm(folder, { recursive: true })
    }
  }
  return service
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections()
  await new Promise(resolve => server.close(resolve))
}

function send(response: ServerResponse, { status = 200, headers = {}, body = '' }: Reply): void {
  const isBinary = typeof body !== 'string'
  response.writeHead(status, {
    'Content-Type': isBinary ? 'application/soap+msbin1' : 'text/html',
    ...headers
  })
  response.end(body)
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** As Entra ID looks at it. @throws Error when it would refuse */
function checkAssertion(
  assertion: string,
  certificatePem: string,
  { origin, tenantId, clientId }: { origin: string; tenantId: string; clientId: string }
): void {
  const [header = '', claims = '', signature = ''] = assertion.split('.')
  const certificate = new X509Certificate(certificatePem)
  const key = createPublicKey(certificate.publicKey.export({ type: 'spki', format: 'pem' }))
  const isSigned = verify(
    'sha256',
    Buffer.from(`${header}.${claims}`),
    { key, padding: 6, saltLength: 32 },
    Buffer.from(signature, 'base64url')
  )
  const { alg, 'x5t#S256': thumbprint } = JSON.parse(Buffer.from(header, 'base64url').toString())
  const { aud, iss, sub, nbf, exp } = JSON.parse(Buffer.from(claims, 'base64url').toString())
  const fingerprint = Buffer.from(certificate.fingerprint256.replaceAll(':', ''), 'hex').toString('base64url')
  const isRight =
    alg === 'PS256' &&
    thumbprint === fingerprint &&
    aud === `${origin}/${tenantId}/oauth2/v2.0/token` &&
    iss === clientId &&
    sub === clientId &&
    exp - nbf === 600
  if (!isSigned || !isRight) throw new Error('The assertion is not as Entra ID wants it')
}
