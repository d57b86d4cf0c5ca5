import { readFileSync } from 'node:fs'
import { Agent, request } from 'node:https'

export interface JsonAnswer {
  readonly status: number
  readonly body: unknown
}

export interface JsonRequest {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** Plain HTTPS with one CA and kept connections, so that what looks at the tenant shares nothing with what writes to it. */
export class HttpsJson implements Disposable {
  readonly #agent: Agent

  constructor(caFile: string) {
    this.#agent = new Agent({ ca: readFileSync(caFile), keepAlive: true, maxSockets: 4 })
  }

  /** @throws Error when the connection fails. Every status is an answer. */
  send(url: string, { method = 'GET', headers = {}, body }: JsonRequest = {}): Promise<JsonAnswer> {
    const { promise, resolve, reject } = Promise.withResolvers<JsonAnswer>()
    const sent = request(url, { method, agent: this.#agent, headers }, response => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8')
        resolve({ status: response.statusCode ?? 0, body: text === '' ? undefined : JSON.parse(text) })
      })
    })
    sent.on('error', reject)
    sent.end(body)
    return promise
  }

  [Symbol.dispose](): void {
    this.#agent.destroy()
  }
}
