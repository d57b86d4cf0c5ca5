import { changesPage } from './delta-changes.ts'
import { firstRoundPage } from './delta-first-round.ts'
import { followedLink } from './delta-items.ts'
import type { DeltaRound } from './delta-round.ts'
import { type DeltaToken, readDeltaToken, writeDeltaToken } from './delta-token.ts'
import { type EntityType, selection } from './entity.ts'
import { parseFilter } from './filter.ts'
import { type GraphRequest, type GraphResponse, ok } from './graph-request.ts'
import { contextOf } from './lists.ts'
import { refuseOthers } from './query-options.ts'

const usualPage = 200

/** Change tracking: a first round of everything, then what has changed since the last link. */
export function delta(type: EntityType) {
  return (request: GraphRequest): GraphResponse => {
    refuseOthers(request, '$select', '$filter', '$deltatoken', '$skiptoken')
    const round = roundOf(request, type)
    const page = round.token.round === 'first' ? firstRoundPage(round) : changesPage(round)
    const { token } = round
    const link =
      page.next === undefined
        ? linkTo(round, '$deltatoken', {
            ...token,
            issuedMs: request.tenant.clock.now(),
            round: 'changes',
            since: token.until,
            position: 0,
            piece: 0
          })
        : linkTo(round, '$skiptoken', { ...token, ...page.next })
    const names = token.select === undefined ? '' : `(${token.select})`
    return ok({
      '@odata.context': contextOf(request, `${type.entitySet}${names}`),
      [page.next === undefined ? '@odata.deltaLink' : '@odata.nextLink']: link,
      value: page.value
    })
  }
}

function roundOf(request: GraphRequest, type: EntityType): DeltaRound {
  const given = readDeltaToken(request)
  const { directory, clock } = request.tenant
  const isFreshChanges = given?.round === 'changes' && given.position === 0
  const token: DeltaToken = given ?? {
    issuedMs: clock.now(),
    select: request.query.get('$select'),
    filter: request.query.get('$filter'),
    round: request.query.get('$deltatoken') === 'latest' ? 'changes' : 'first',
    since: directory.changes.sequence,
    until: directory.changes.sequence,
    position: 0,
    piece: 0
  }
  const shown = selection(type, token.select ?? undefined)
  const prefer = request.headers.prefer ?? ''
  return {
    request,
    type,
    token: isFreshChanges ? { ...token, until: directory.changes.sequence } : token,
    shown,
    filter: token.filter ? parseFilter(token.filter, type, false) : undefined,
    link: followedLink(type.kind, shown),
    size: Number(/odata\.maxpagesize=(\d+)/.exec(prefer)?.[1] ?? usualPage) || usualPage,
    minimal: /return=minimal/.test(prefer)
  }
}

function linkTo({ request }: DeltaRound, option: '$deltatoken' | '$skiptoken', token: DeltaToken): string {
  return `${request.root}${request.path}?${option}=${writeDeltaToken(token)}`
}
