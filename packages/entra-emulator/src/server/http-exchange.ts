import type { IncomingMessage, ServerResponse } from 'node:http'

/** Graph takes batches of up to 4 MB; nothing larger has a meaning here. */
const largestBodyBytes = 4 * 1024 * 1024

export class BodyTooLargeError extends Error {
  override readonly name = 'BodyTooLargeError'
}

/** The whole body. */
export async function readBytes(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of message) {
    const buffer = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk))
    bytes += buffer.length
    if (bytes > largestBodyBytes)
      throw new BodyTooLargeError(`The body is larger than ${largestBodyBytes} bytes`)
    chunks.push(buffer)
  }
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)
}

/** The whole body as text. */
export async function readText(message: IncomingMessage): Promise<string> {
  return (await readBytes(message)).toString()
}

export function headersOf(message: IncomingMessage): Record<string, string | undefined> {
  const headers: Record<string, string | undefined> = {}
  for (const [name, value] of Object.entries(message.headers)) {
    headers[name] = Array.isArray(value) ? value.join(', ') : value
  }
  return headers
}

export function send(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string | undefined
): void {
  if (body === undefined) {
    response.writeHead(status, headers).end()
    return
  }
  response.writeHead(status, { ...headers, 'Content-Length': Buffer.byteLength(body) }).end(body)
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: object,
  headers: Readonly<Record<string, string>> = {}
): void {
  const all = { 'Content-Type': 'application/json; charset=utf-8', ...headers }
  send(response, status, all, JSON.stringify(body))
}
