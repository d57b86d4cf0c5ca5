import { isMet } from '../state/delta-disorder.ts'
import { changesPage } from './delta-changes.ts'
import { firstRoundPage } from './delta-first-round.ts'
import { followedLink } from './delta-items.ts'
import type { DeltaPage, DeltaPlace, DeltaRound } from './delta-round.ts'
import { type DeltaToken, readDeltaToken, writeDeltaToken } from './delta-token.ts'
import { type EntityType, selection } from './entity.ts'
import { parseFilter } from './filter.ts'
import { unsupportedQuery } from './graph-error.ts'
import { type GraphRequest, type GraphResponse, ok } from './graph-request.ts'
import { contextOf } from './lists.ts'
import { refuseOthers } from './query-options.ts'

/** Change tracking: a first round of everything, then what has changed since the last link. */
export function delta(type: EntityType) {
  return (request: GraphRequest): GraphResponse => {
    refuseOthers(request, '$select', '$filter', '$deltatoken', '$skiptoken')
    const round = roundOf(request, type)
    const page = nextPage(round)
    const { token } = round
    const names = token.select === undefined ? '' : `(${token.select})`
    return ok({
      '@odata.context': contextOf(request, `${type.entitySet}${names}`),
      [page.next === undefined ? '@odata.deltaLink' : '@odata.nextLink']: linkAfter(round, page),
      value: page.value
    })
  }
}

/** A page may be empty and have a link to the next one all the same. */
function nextPage(round: DeltaRound): DeltaPage & { wasEmpty?: boolean } {
  const { token, disorder } = round
  const { lap, position, piece } = token
  const text = `${lap}:${position}:${piece}:${token.until}`
  if (!token.wasEmpty && isMet(disorder.seed, disorder.emptyPages, text)) {
    return { value: [], next: { lap, position, piece }, wasEmpty: true }
  }
  return token.round === 'first' ? firstRoundPage(round) : changesPage(round)
}

const start: DeltaPlace = { lap: 0, position: 0, piece: 0 }

function roundOf(request: GraphRequest, type: EntityType): DeltaRound {
  const token = tokenOf(request)
  const shown = selection(type, token.select ?? undefined)
  const prefer = request.headers.prefer ?? ''
  const { disorder } = token
  return {
    request,
    type,
    token,
    shown,
    filter: token.filter ? parseFilter(token.filter, type, false) : undefined,
    link: followedLink(type.kind, shown),
    size: Number(/odata\.maxpagesize=(\d+)/.exec(prefer)?.[1] ?? disorder.pageSize) || disorder.pageSize,
    minimal: /return=minimal/.test(prefer),
    disorder
  }
}

/** Only ids, and at most 50 of them: https://learn.microsoft.com/graph/api/user-delta */
function filterOf(request: GraphRequest): string | undefined {
  const text = request.query.get('$filter')
  if (text === undefined) return undefined
  const ids = text.split(/ or /i)
  if (ids.length <= 50 && ids.every(each => /^\s*\(?id eq '[^']*'\)?\s*$/i.test(each))) return text
  throw unsupportedQuery("A delta query can be filtered by up to 50 times id eq '…', joined by or.")
}

/** The token of the request's link. A delta link begins a round: up to now, in today's disorder. */
function tokenOf(request: GraphRequest): DeltaToken {
  const { directory, clock, administration } = request.tenant
  const until = directory.changes.sequence
  const disorder = administration.delta
  const given = readDeltaToken(request)
  if (given !== undefined) return request.query.has('$deltatoken') ? { ...given, until, disorder } : given
  return {
    issuedMs: clock.now(),
    select: request.query.get('$select'),
    filter: filterOf(request),
    round: request.query.get('$deltatoken') === 'latest' ? 'changes' : 'first',
    since: until,
    until,
    ...start,
    disorder
  }
}

function linkAfter(
  round: DeltaRound,
  { next, wasEmpty = false }: DeltaPage & { wasEmpty?: boolean }
): string {
  const { token, disorder } = round
  if (next !== undefined) return linkTo(round, '$skiptoken', { ...token, ...next, wasEmpty })
  const leaves = token.round === 'changes' && (disorder.delayed > 0 || disorder.replayed > 0)
  return linkTo(round, '$deltatoken', {
    ...token,
    ...start,
    issuedMs: round.request.tenant.clock.now(),
    round: 'changes',
    since: token.until,
    earlier: leaves ? { since: token.since, disorder } : undefined,
    wasEmpty: false
  })
}

function linkTo({ request }: DeltaRound, option: '$deltatoken' | '$skiptoken', token: DeltaToken): string {
  return `${request.root}${request.path}?${option}=${writeDeltaToken(token)}`
}
