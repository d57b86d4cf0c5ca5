import type { EmulatedTenant } from '../emulated-tenant.ts'

/** The versions of Graph. Of beta only what its pages say about attributes from on-premises. */
export type GraphVersion = 'v1.0' | 'beta'

/** One request to Graph: a whole HTTP request, or one item of a batch. */
export interface GraphRequest {
  readonly method: string
  readonly version: GraphVersion
  /** Below `/v1.0` or `/beta`, as sent, without the query. */
  readonly path: string
  /** Decoded, with keys in parentheses as segments of their own and type casts in their short form. */
  readonly segments: readonly string[]
  readonly query: ReadonlyMap<string, string>
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>
  /** Parsed JSON; `undefined` without a body. */
  readonly body: unknown
  /** `https://host:port/v1.0`, for links. */
  readonly root: string
  readonly requestId: string
  readonly tenant: EmulatedTenant
  /** The application that the token was issued to. */
  readonly appId: string
  /** The application permissions in the token. */
  readonly permissions: ReadonlySet<string>
}

export interface GraphResponse {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  /** An object becomes JSON; text is sent as it is, with the Content-Type among the headers. */
  readonly body?: object | string
}

/** `parameters` are the segments that the route's placeholders stand for, in order. */
export type GraphHandler = (request: GraphRequest, ...parameters: string[]) => GraphResponse

export const noContent: GraphResponse = { status: 204 }

export function ok(body: object): GraphResponse {
  return { status: 200, body }
}
