import type { GraphAccess } from './graph-access.ts'
import { HttpsJson, type JsonAnswer } from './https-json.ts'

export type GraphObject = Readonly<Record<string, unknown>> & { readonly id: string }

export interface TenantReader extends Disposable {
  /** With `manager: { id }` where there is one. */
  users(): Promise<GraphObject[]>
  groups(): Promise<GraphObject[]>
  /** Ids. */
  members(groupId: string): Promise<string[]>
  /** The id, if there is one. */
  manager(userId: string): Promise<string | undefined>
  /** One page of anything: the path below `/v1.0`. */
  get(path: string): Promise<JsonAnswer>
}

const userProperties = [
  'id',
  'userPrincipalName',
  'displayName',
  'givenName',
  'surname',
  'mail',
  'jobTitle',
  'department',
  'businessPhones',
  'accountEnabled',
  'onPremisesImmutableId'
]
const groupProperties = ['id', 'displayName', 'description', 'uniqueName', 'securityEnabled', 'mailEnabled']

/** Reads a tenant through Graph with nothing of ours in between, to see what the services have really written. */
export function tenantReader(graph: GraphAccess): TenantReader {
  const https = new HttpsJson(graph.caFile)
  let token: string | undefined

  async function get(path: string): Promise<JsonAnswer> {
    token ??= await fetchToken(https, graph)
    const url = path.startsWith('https:') ? path : `${graph.url}/v1.0${path}`
    const answer = await https.send(url, { headers: { authorization: `Bearer ${token}` } })
    if (answer.status !== 401) return answer
    token = await fetchToken(https, graph)
    return https.send(url, { headers: { authorization: `Bearer ${token}` } })
  }

  async function list(path: string): Promise<GraphObject[]> {
    const found: GraphObject[] = []
    for (let next: string | undefined = path; next !== undefined; ) {
      const { status, body } = await get(next)
      if (status !== 200 || !isPage(body)) throw new Error(`GET ${next} answered ${status}`)
      found.push(...body.value)
      next = body['@odata.nextLink']
    }
    return found
  }

  return {
    get,
    users: () => list(`/users?$top=999&$select=${userProperties.join(',')}&$expand=manager($select=id)`),
    groups: () => list(`/groups?$top=999&$select=${groupProperties.join(',')}`),
    members: async groupId =>
      (await list(`/groups/${groupId}/members?$top=999&$select=id`)).map(member => member.id),
    async manager(userId) {
      const { status, body } = await get(`/users/${userId}/manager?$select=id`)
      return status === 200 && isObject(body) ? body.id : undefined
    },
    [Symbol.dispose]() {
      https[Symbol.dispose]()
    }
  }
}

async function fetchToken(https: HttpsJson, graph: GraphAccess): Promise<string> {
  const { status, body } = await https.send(graph.tokenUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: graph.clientId,
      client_secret: graph.clientSecret,
      scope: 'https://graph.microsoft.com/.default'
    }).toString()
  })
  const token =
    typeof body === 'object' && body !== null && 'access_token' in body ? body.access_token : undefined
  if (typeof token !== 'string') throw new Error(`the token endpoint answered ${status}`)
  return token
}

interface Page {
  readonly value: GraphObject[]
  readonly '@odata.nextLink'?: string
}

function isPage(body: unknown): body is Page {
  return typeof body === 'object' && body !== null && 'value' in body && Array.isArray(body.value)
}

function isObject(body: unknown): body is GraphObject {
  return typeof body === 'object' && body !== null && 'id' in body && typeof body.id === 'string'
}
