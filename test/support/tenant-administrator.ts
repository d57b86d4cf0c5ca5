import { randomBytes } from 'node:crypto'
import { type GraphAccess, type GraphObject, HttpsJson } from '@opendirsync/testing'

/** Somebody who works in the tenant beside the synchronisation, through Graph and with nothing of ours in between. */
export interface TenantAdministrator extends Disposable {
  /** Makes a user; `mail` and the like as Graph takes them. @returns the id */
  addUser(userPrincipalName: string, properties?: Readonly<Record<string, unknown>>): Promise<string>
  /** @throws Error when it is not there */
  user(id: string): Promise<GraphObject>
  /** Any request: the path below `/v1.0`. @throws Error when it is refused */
  send(method: 'POST' | 'PATCH' | 'PUT' | 'DELETE', path: string, body?: object): Promise<unknown>
}

const shown = [
  'id',
  'userPrincipalName',
  'displayName',
  'mail',
  'department',
  'jobTitle',
  'onPremisesImmutableId'
]

export function tenantAdministrator(graph: GraphAccess): TenantAdministrator {
  const https = new HttpsJson(graph.caFile)
  let token: string | undefined

  async function send(method: string, path: string, body?: object): Promise<unknown> {
    token ??= await fetchToken(https, graph)
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const answer = await https.send(`${graph.url}/v1.0${path}`, {
      method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) })
    })
    if (answer.status >= 300) {
      throw new Error(`${method} ${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`)
    }
    return answer.body
  }

  return {
    async addUser(userPrincipalName, properties = {}) {
      const made = await send('POST', '/users', {
        accountEnabled: true,
        displayName: 'Made in the cloud',
        mailNickname: userPrincipalName.split('@')[0],
        userPrincipalName,
        passwordProfile: { password: randomBytes(24).toString('base64') },
        ...properties
      })
      return (made as GraphObject).id
    },
    send,
    user: async id => (await send('GET', `/users/${id}?$select=${shown.join()}`)) as GraphObject,
    [Symbol.dispose]() {
      https[Symbol.dispose]()
    }
  }
}

async function fetchToken(https: HttpsJson, graph: GraphAccess): Promise<string> {
  const { body } = await https.send(graph.tokenUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: graph.clientId,
      client_secret: graph.clientSecret,
      scope: 'https://graph.microsoft.com/.default'
    }).toString()
  })
  return (body as { access_token: string }).access_token
}
