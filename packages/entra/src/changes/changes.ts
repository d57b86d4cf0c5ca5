import { type ConfirmedType, SetupError, type ToldObject, UnavailableError } from '@opendirsync/contracts'
import { noAnswer } from '../errors.ts'
import { type Answer, isRecord, textIn, valuesIn } from '../transport/graph-request.ts'
import { type PatientOptions, patientGet } from '../transport/patient-get.ts'
import { referenceOf, toldObject } from './told-object.ts'
import { unknownAmong } from './unknown-attributes.ts'

export interface ChangesRequest {
  readonly objectType: ConfirmedType
  /** Where an earlier page led. Without it a round begins that tells of everything. */
  readonly link?: string
  /** Graph's names. Only changes of these are told, beside the manager of users and the members of groups. */
  readonly attributes: readonly string[]
  readonly signal?: AbortSignal
}

/**
 * A page may hold nothing, and another one may follow all the same. `link` is where the next page is or, once the round
 * is `complete`, where the next round begins; it is opaque. `resync`: Graph does not go on from that link, so whoever
 * asked begins a round without one.
 */
export type ChangesPage =
  | {
      readonly result: 'page'
      readonly objects: readonly ToldObject[]
      readonly link: string
      readonly complete: boolean
      /** Attributes of the request that Graph does not know: this round does not tell of them. */
      readonly unknown: readonly string[]
    }
  | { readonly result: 'resync' }

interface ChangesOptions extends Omit<PatientOptions, 'signal'> {
  readonly graphUrl: string
}

/**
 * The pages of one round of a delta query (https://learn.microsoft.com/graph/delta-query-overview), up to its end.
 *
 * Without `Prefer: return=minimal`: a repeated or late page then tells more, and nothing here depends on which of the
 * values have changed.
 *
 * @throws SetupError `graph-permissions` and those of the token; UnavailableError; AbortError when the signal says so
 */
export async function* changes(
  request: ChangesRequest,
  { graphUrl, ...options }: ChangesOptions
): AsyncGenerator<ChangesPage> {
  const { objectType, signal } = request
  let { link, attributes } = request
  let unknown: readonly string[] = []
  if (link !== undefined && !isOfGraph(link, graphUrl)) return yield { result: 'resync' }
  for (;;) {
    const path = link ?? firstPath(objectType, attributes)
    const answer = await patientGet(path, { ...options, signal }, body => linkIn(body) !== undefined)
    if (isExpired(answer) || (link !== undefined && isRefused(answer))) return yield { result: 'resync' }
    const strange = unknownAmong(answer, attributes)
    if (strange.length > 0) {
      unknown = [...unknown, ...strange]
      attributes = attributes.filter(name => !strange.includes(name))
      continue
    }
    requirePage(answer, objectType)
    const next = linkIn(answer.body)
    if (next === undefined || !isOfGraph(next.link, graphUrl)) throw strangeLink()
    yield {
      result: 'page',
      objects: valuesIn(answer.body).flatMap(value => toldObject(value, objectType, attributes) ?? []),
      ...next,
      unknown
    }
    if (next.complete) return
    link = next.link
  }
}

function firstPath(objectType: ConfirmedType, attributes: readonly string[]): string {
  const selected = [...new Set(['id', ...attributes, referenceOf[objectType]])]
  return `/${objectType}s/delta?$select=${selected.map(encodeURIComponent).join(',')}`
}

/** Graph never sends both links; if it did, there would be more to read. Without one, the page was cut short. */
function linkIn(body: unknown): { readonly link: string; readonly complete: boolean } | undefined {
  if (!isRecord(body) || !Array.isArray(body.value)) return undefined
  const next = textIn(body, '@odata.nextLink')
  if (next !== undefined) return { link: next, complete: false }
  const delta = textIn(body, '@odata.deltaLink')
  return delta === undefined ? undefined : { link: delta, complete: true }
}

/** The token goes wherever a link leads, so it leads nowhere but to Graph. */
function isOfGraph(link: string, graphUrl: string): boolean {
  return URL.canParse(link) && new URL(link).origin === graphUrl
}

/** 410 with the address to begin at, or one of the two codes; links of directory objects live for 7 days. */
function isExpired({ status, body }: Answer): boolean {
  if (status === 410) return true
  if (status < 400 || status >= 500) return false
  const code = (isRecord(body) && textIn(body.error, 'code')) || ''
  return /^(syncStateNotFound|resyncRequired)/i.test(code)
}

/** A link that Graph cannot make anything of will not get better: it may name an attribute that is no more. */
function isRefused({ status }: Answer): boolean {
  return status === 400 || status === 404
}

function requirePage(answer: Answer, objectType: ConfirmedType): void {
  if (answer.status === 200) return
  if (answer.status === 403) {
    throw new SetupError(
      'graph-permissions',
      'The application may not follow the changes of the tenant. Grant it User.Read.All and Group.Read.All (or their ReadWrite forms), with admin consent.'
    )
  }
  const message = (isRecord(answer.body) && textIn(answer.body.error, 'message')) || ''
  throw (
    noAnswer(answer) ??
    new UnavailableError(
      'entra',
      `Graph answered ${answer.status} to the changes of ${objectType}s: ${message || 'no message'}`
    )
  )
}

function strangeLink(): UnavailableError {
  return new UnavailableError(
    'entra',
    'Graph named a next page that is not at the address of Graph. Check the Graph address; the page was not asked for.'
  )
}
