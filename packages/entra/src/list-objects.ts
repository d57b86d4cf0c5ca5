import { setTimeout as wait } from 'node:timers/promises'
import { type ObjectType, SetupError, UnavailableError } from '@opendirsync/contracts'
import { noAnswer, retryAfterMsOf } from './errors.ts'
import type { GraphClient } from './transport/graph-client.ts'
import { type Answer, isRecord, textIn, valuesIn } from './transport/graph-request.ts'
import type { RequestCounters } from './transport/sender.ts'

/** One object of the tenant with the values that must be unique in it. */
export interface TenantObject {
  readonly entraId: string
  readonly objectType: ObjectType
  readonly displayName: string | null
  readonly userPrincipalName: string | null
  readonly mail: string | null
  /** With their prefixes: `SMTP:` for the primary one, `smtp:`, `x500:`, … */
  readonly proxyAddresses: readonly string[]
  readonly immutableId: string | null
  readonly onPremisesSyncEnabled: boolean
}

interface ListOptions {
  readonly client: GraphClient
  readonly counters: RequestCounters
  readonly signal: AbortSignal | undefined
}

const common = 'id,displayName,mail,proxyAddresses,onPremisesSyncEnabled'
const lists: readonly (readonly [objectType: ObjectType, path: string])[] = [
  ['user', `/users?$select=${common},userPrincipalName,onPremisesImmutableId&$top=999`],
  ['group', `/groups?$filter=mailEnabled%20eq%20true&$select=${common}&$top=999`],
  ['contact', `/contacts?$select=${common}&$top=999`]
]

/** How often one page is asked for when Graph fails. Being asked to wait is no failure. */
const attempts = 4

export async function* listObjects(options: ListOptions): AsyncGenerator<readonly TenantObject[]> {
  for (const [objectType, path] of lists) {
    let next: string | undefined = path
    while (next !== undefined) {
      const answer: Answer = await page(next, options)
      if (answer.status === 403 && objectType === 'contact') break
      requireList(answer, path)
      yield valuesIn(answer.body).flatMap(value => tenantObject(value, objectType) ?? [])
      next = textIn(answer.body, '@odata.nextLink')
    }
  }
}

/** Waits as long as Graph asks for, as often as it does; after errors of the server a little longer each time. */
async function page(path: string, { client, counters, signal }: ListOptions): Promise<Answer> {
  for (let failures = 0; ; ) {
    signal?.throwIfAborted()
    counters.requests += 1
    const given = await client.get(path).catch(waitable)
    const answer = given instanceof UnavailableError ? given : orUnavailable(given)
    if (answer instanceof UnavailableError) {
      failures += 1
      if (failures === attempts) throw answer
    } else if (answer.status !== 429) return answer
    const pauseMs = answer instanceof UnavailableError ? 500 * 2 ** failures : retryAfterMsOf(answer)
    await wait(pauseMs, undefined, signal === undefined ? {} : { signal })
  }
}

/** A server's error in place of the answer. */
function orUnavailable(answer: Answer): Answer | UnavailableError {
  const error = noAnswer(answer)
  return error instanceof UnavailableError ? error : answer
}

function waitable(error: unknown): UnavailableError {
  if (error instanceof UnavailableError) return error
  throw error
}

function requireList(answer: Answer, path: string): void {
  if (answer.status === 200) return
  if (answer.status === 403) {
    throw new SetupError(
      'graph-permissions',
      'The application may not read the users and groups of the tenant. Grant it User.Read.All and Group.Read.All (or their ReadWrite forms), with admin consent.'
    )
  }
  throw (
    noAnswer(answer) ??
    new UnavailableError('entra', `Graph answered ${answer.status} to ${path}. Check the Graph address.`)
  )
}

function tenantObject(value: unknown, objectType: ObjectType): TenantObject | undefined {
  const entraId = textIn(value, 'id')
  if (entraId === undefined || !isRecord(value)) return undefined
  return {
    entraId,
    objectType,
    displayName: textIn(value, 'displayName') ?? null,
    userPrincipalName: textIn(value, 'userPrincipalName') ?? null,
    mail: textIn(value, 'mail') ?? null,
    proxyAddresses: Array.isArray(value.proxyAddresses) ? value.proxyAddresses.map(String) : [],
    immutableId: textIn(value, 'onPremisesImmutableId') ?? null,
    onPremisesSyncEnabled: value.onPremisesSyncEnabled === true
  }
}
