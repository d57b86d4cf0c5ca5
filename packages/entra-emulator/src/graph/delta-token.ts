import type { DeltaDisorder } from '../state/delta-disorder.ts'
import type { DeltaPlace } from './delta-round.ts'
import { badRequest, GraphError } from './graph-error.ts'
import type { GraphRequest } from './graph-request.ts'

/** How long a delta link of directory objects may be used. */
const deltaDays = 7
const dayMs = 86_400_000

/** Where a delta query stands. The options of its first request are part of it. */
export interface DeltaToken extends DeltaPlace {
  readonly issuedMs: number
  readonly select: string | undefined
  readonly filter: string | undefined
  /** The first round lists what there is; later ones tell what changed after `since`. */
  readonly round: 'first' | 'changes'
  readonly since: number
  readonly until: number
  /** What the pages of one round have in common, even if it is changed between them. */
  readonly disorder: DeltaDisorder
  /** The round before, when it left something to this one. */
  readonly earlier?: { readonly since: number; readonly disorder: DeltaDisorder } | undefined
  /** The empty page at this place has been told. */
  readonly wasEmpty?: boolean
}

/** The token of the request's link; `undefined` when it asks for a first round. */
export function readDeltaToken(request: GraphRequest): DeltaToken | undefined {
  const text = request.query.get('$deltatoken') ?? request.query.get('$skiptoken')
  if (text === undefined || text === '' || text === 'latest') return undefined
  const token = decode(text)
  if (request.tenant.clock.now() - token.issuedMs > deltaDays * dayMs) throw syncStateNotFound(request)
  return token
}

/** 410 with the address at which to start over; 400 where the behaviour says so. */
export function syncStateNotFound(request: GraphRequest): GraphError {
  const Location = `${request.root}${request.path}?$deltatoken=`
  const message = 'The sync state generation is not found. Start a new round of change tracking.'
  const status = request.tenant.behaviour.expiredDeltaStatus
  return new GraphError(status, 'syncStateNotFound', message, status === 410 ? { headers: { Location } } : {})
}

export function writeDeltaToken(token: DeltaToken): string {
  return Buffer.from(JSON.stringify(token)).toString('base64url')
}

function decode(text: string): DeltaToken {
  try {
    const token: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
    if (isDeltaToken(token)) return token
  } catch {
    // Falls through to the refusal.
  }
  throw badRequest('Badly formed token.')
}

function isDeltaToken(value: unknown): value is DeltaToken {
  if (typeof value !== 'object' || value === null) return false
  const numbers = ['issuedMs', 'since', 'until', 'lap', 'position', 'piece']
  return (
    'round' in value &&
    'disorder' in value &&
    numbers.every(name => typeof Reflect.get(value, name) === 'number')
  )
}
