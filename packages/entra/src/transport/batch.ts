import { PermanentError, UnavailableError } from '@opendirsync/contracts'
import { noAnswer } from '../errors.ts'
import type { GraphClient } from './graph-client.ts'
import { type Answer, type GraphRequest, isRecord } from './graph-request.ts'

/** Graph's limit. */
export const requestsPerBatch = 20

/**
 * Sends up to 20 requests as one $batch; the answers come in the order of the requests. Graph answers 200 and,
 * when items are throttled, sometimes 424 for the envelope: both carry the items.
 * @throws ThrottledError, UnavailableError, SetupError for the whole batch
 */
export async function sendBatch(client: GraphClient, requests: readonly GraphRequest[]): Promise<Answer[]> {
  const envelope = await client.post('/$batch', JSON.stringify({ requests: requests.map(item) }))
  if (envelope.status !== 200 && envelope.status !== 424) throw refusedEnvelope(envelope)

  const answers = new Map<string, Answer>()
  for (const response of responsesIn(envelope.body)) {
    const answer = answerIn(response)
    if (answer !== undefined) answers.set(answer.id, answer)
  }
  return requests.map((_request, position) => {
    const answer = answers.get(String(position))
    if (answer === undefined)
      throw new UnavailableError('entra', 'A batch came back without all of its answers.')
    return answer
  })
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

function refusedEnvelope(envelope: Answer): Error {
  const error = noAnswer(envelope)
  return (
    error ??
    new PermanentError(`Graph refused a batch as such (status ${envelope.status}). This is a fault of ours.`)
  )
}
