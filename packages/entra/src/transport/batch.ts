import { UnavailableError } from '@opendirsync/contracts'
import { noAnswer } from '../errors.ts'
import type { GraphClient } from './graph-client.ts'
import { type Answer, type GraphRequest, isRecord } from './graph-request.ts'

/** Graph's limit. */
export const requestsPerBatch = 20

/** What Graph refuses a batch with for what stands in it. */
const unreadable: ReadonlySet<number> = new Set([400, 413])

/**
 * Sends up to 20 requests as one $batch; the answers come in the order of the requests, undefined where there is none.
 * Graph answers 200 and, when items are throttled, sometimes 424 for the envelope: both carry the items. A batch that is
 * refused as such, for an item that Graph cannot even read, is sent in halves, until that one is alone with its refusal.
 * Any other status is about the way to Graph and not about an item: a 404 must not be taken for a missing object.
 * @throws UnavailableError, SetupError for the whole batch
 */
export async function sendBatch(
  client: GraphClient,
  requests: readonly GraphRequest[]
): Promise<(Answer | undefined)[]> {
  const envelope = await client.post('/$batch', JSON.stringify({ requests: requests.map(item) }))
  if (envelope.status === 200 || envelope.status === 424) return answersIn(envelope, requests)
  if (envelope.status === 429) return requests.map(() => envelope)
  const error = noAnswer(envelope)
  if (error !== undefined) throw error
  if (!unreadable.has(envelope.status)) {
    throw new UnavailableError(
      'entra',
      `Graph does not take batches (status ${envelope.status}). Check GRAPH_URL and what is between here and Graph; it is tried again.`
    )
  }
  if (requests.length === 1) return [envelope]
  const middle = Math.ceil(requests.length / 2)
  const halves = [requests.slice(0, middle), requests.slice(middle)]
  return (await Promise.all(halves.map(half => sendBatch(client, half)))).flat()
}

function answersIn(envelope: Answer, requests: readonly GraphRequest[]): (Answer | undefined)[] {
  const answers = new Map<string, Answer>()
  for (const response of responsesIn(envelope.body)) {
    const answer = answerIn(response)
    if (answer !== undefined) answers.set(answer.id, answer)
  }
  return requests.map((_request, position) => answers.get(String(position)))
}

function item({ method, url, headers, body }: GraphRequest, position: number): Record<string, unknown> {
  const id = String(position)
  if (body === undefined) return headers === undefined ? { id, method, url } : { id, method, url, headers }
  return { id, method, url, headers: { 'Content-Type': 'application/json', ...headers }, body }
}

function responsesIn(body: unknown): readonly unknown[] {
  return isRecord(body) && Array.isArray(body.responses) ? body.responses : []
}

function answerIn(response: unknown): (Answer & { readonly id: string }) | undefined {
  if (!isRecord(response) || typeof response.id !== 'string' || typeof response.status !== 'number')
    return undefined
  const headers = isRecord(response.headers) ? Object.entries(response.headers) : []
  return {
    id: response.id,
    status: response.status,
    headers: Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), String(value)])),
    body: response.body
  }
}
