/** One request to Graph, as it stands in a batch. */
export interface GraphRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Below the version, with the slash: `/users`. Values in it are encoded already. */
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Readonly<Record<string, unknown>>
}

/** What Graph answered, whatever the status. */
export interface Answer {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** Parsed JSON; undefined when there is none. */
  readonly body: unknown
}

/**
 * Sends one request, in company of others.
 * @throws ThrottledError, UnavailableError, SetupError when there is no answer of its own; HeldBackError in staging mode
 */
export type Send = (request: GraphRequest) => Promise<Answer>

/** A text inside an OData key or filter, ready for a URL: quotes are doubled (OData 4.01 part 2, 5.1.1.6.1). */
export function quoted(value: string): string {
  return `'${encodeURIComponent(value.replaceAll("'", "''"))}'`
}

/** A field of an answer's body as text; undefined when it is not there. */
export function textIn(body: unknown, field: string): string | undefined {
  const value = isRecord(body) ? body[field] : undefined
  return typeof value === 'string' ? value : undefined
}

/** The `value` of a collection; empty when there is none. */
export function valuesIn(body: unknown): readonly unknown[] {
  const value = isRecord(body) ? body.value : undefined
  return Array.isArray(value) ? value : []
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
