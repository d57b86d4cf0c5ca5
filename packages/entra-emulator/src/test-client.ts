import tls from 'node:tls'
import { type EmulatorOptions, type EntraEmulator, startEntraEmulator } from './emulator.ts'
import { knownPermissions } from './model/application-permissions.ts'

export type JsonObject = Readonly<Record<string, unknown>>

export interface GraphAnswer {
  readonly status: number
  readonly headers: Headers
  /** The parsed JSON, or an empty object when there is none. */
  readonly body: JsonObject
  readonly text: string
}

/** An emulator, and a client that says exactly what a test wants said. */
export interface TestTenant extends AsyncDisposable {
  readonly emulator: EntraEmulator
  graph(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<GraphAnswer>
  /** Follows a link of an answer, such as `@odata.nextLink`. */
  follow(answer: GraphAnswer, link: string): Promise<GraphAnswer>
  createUser(name: string, properties?: JsonObject): Promise<string>
  createGroup(name: string, properties?: JsonObject): Promise<string>
}

/** Every permission is granted, unless the test says otherwise. */
export async function startTestTenant(options: EmulatorOptions = {}): Promise<TestTenant> {
  const emulator = await startEntraEmulator({ permissions: knownPermissions, ...options })
  trust(emulator.caPem)
  const token = await accessToken(emulator)
  const send = async (method: string, url: string, body?: unknown, headers: Record<string, string> = {}) => {
    const response = await fetch(url, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) })
    })
    const text = await response.text()
    return { status: response.status, headers: response.headers, body: jsonOf(text), text }
  }
  const graph: TestTenant['graph'] = (method, path, body, headers) =>
    send(method, `${emulator.graphUrl}/v1.0${path}`, body, headers)
  const create = async (path: string, body: JsonObject): Promise<string> => {
    const answer = await graph('POST', path, body)
    if (answer.status !== 201) throw new Error(answer.text)
    return String(answer.body.id)
  }
  return {
    emulator,
    graph,
    follow: (answer, link) => send('GET', String(answer.body[link])),
    createUser: (name, properties = {}) => create('/users', { ...newUser(name), ...properties }),
    createGroup: (name, properties = {}) => create('/groups', { ...newGroup(name), ...properties }),
    [Symbol.asyncDispose]: () => emulator[Symbol.asyncDispose]()
  }
}

export function newUser(name: string): JsonObject {
  return {
    accountEnabled: true,
    displayName: `User ${name}`,
    mailNickname: name,
    userPrincipalName: `${name}@contoso.com`,
    passwordProfile: { password: 'Correct-Horse-7', forceChangePasswordNextSignIn: false }
  }
}

export function newGroup(name: string): JsonObject {
  return { displayName: `Group ${name}`, mailEnabled: false, mailNickname: name, securityEnabled: true }
}

export function reference(id: string): JsonObject {
  return { '@odata.id': `https://graph.microsoft.com/v1.0/directoryObjects/${id}` }
}

/** The objects of a collection, or the items of a batch. */
export function items(answer: GraphAnswer, name = 'value'): JsonObject[] {
  const value = answer.body[name]
  return Array.isArray(value) ? value : []
}

export function errorOf(answer: GraphAnswer): JsonObject {
  return objectOf(answer.body.error)
}

export function objectOf(value: unknown): JsonObject {
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {}
}

export async function accessToken(
  emulator: EntraEmulator,
  change: Record<string, string> = {}
): Promise<string> {
  const answer = await requestToken(emulator, change)
  return String(answer.body.access_token)
}

export async function requestToken(
  emulator: EntraEmulator,
  change: Record<string, string> = {},
  url = emulator.tokenUrl
): Promise<{ status: number; body: JsonObject }> {
  const response = await fetch(url, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: emulator.clientId,
      client_secret: emulator.clientSecret,
      scope: 'https://graph.microsoft.com/.default',
      ...change
    })
  })
  return { status: response.status, body: jsonOf(await response.text()) }
}

/** Trusts the emulator's authority in this process, for `fetch` and for `node:https`. */
function trust(caPem: string): void {
  tls.setDefaultCACertificates([...tls.getCACertificates('default'), caPem])
}

function jsonOf(text: string): JsonObject {
  return text.startsWith('{') ? objectOf(JSON.parse(text)) : {}
}
