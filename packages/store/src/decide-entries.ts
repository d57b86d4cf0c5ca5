import type { ObjectGuid, Rules, StagedObject } from '@opendirsync/contracts'
import type { ClaimedObject } from './claim-staged.ts'
import type { Companion } from './companions.ts'
import type { Decision } from './decision.ts'
import { type Judged, linkedMailboxAlone } from './place-objects.ts'

export interface Decided {
  readonly object: ClaimedObject
  readonly judgement: Judged['judgement']
  /** Undefined: nothing is said of an entry. */
  readonly decision: Decision | undefined
  /** It is not joined to the entry any more, whatever becomes of that. In scope, it is placed anew next. */
  readonly parted: boolean
}

interface Surroundings {
  readonly companions: ReadonlyMap<string, readonly Companion[]>
  /** The place of the claimed objects' connector. */
  readonly rank: number
  readonly project: Rules['project']
}

/** What is to become of each object's entry: everything that is joined to it counts. */
export function decideEntries(judged: readonly Judged[], surroundings: Surroundings): Decided[] {
  return judged.map(({ object, judgement }) => {
    const leaves =
      object.joinedBy !== null && (judgement.outcome === 'out-of-scope' || namesAnother(object, judgement))
    const decision = decisionOf({ object, judgement }, surroundings, leaves)
    return { object, judgement, decision, parted: leaves }
  })
}

function decisionOf(
  { object, judgement }: Judged,
  { companions, rank, project }: Surroundings,
  leaves: boolean
): Decision | undefined {
  if (object.entryId === null) return undefined
  if (judgement.outcome === 'failed') return judgement
  const others = (companions.get(object.entryId) ?? []).filter(
    companion => object.joinedBy !== null || companion.object.joinedBy !== null
  )
  if (object.joinedBy === null) {
    return judgement.outcome === 'out-of-scope'
      ? judgement
      : fromContributors([...others, { object, judgement, rank }], object, project)
  }
  // Whoever made the entry is leaving too: what becomes of it is decided with that.
  if (!others.some(other => other.object.joinedBy === null && other.judgement.outcome === 'in-scope')) {
    return undefined
  }
  const self = judgement.outcome === 'in-scope' && !leaves ? [{ object, judgement, rank }] : []
  return fromContributors([...others, ...self], object, project)
}

/** It was joined to the account that it named, and names another one now. */
function namesAnother({ joinedBy, objectSid }: ClaimedObject, judgement: Judged['judgement']): boolean {
  if (judgement.outcome !== 'in-scope' || joinedBy?.startsWith('sid>') !== true) return false
  const by = joinedBy.slice('sid>'.length)
  const named = judgement.joinKeys.filter(({ space, side }) => space === 'sid' && side === 'refers')
  return by !== objectSid && named.length > 0 && !named.some(({ value }) => value === by)
}

interface Contributor extends Pick<Companion, 'judgement' | 'rank'> {
  readonly object: StagedObject & { readonly objectGuid: ObjectGuid }
}

function fromContributors(
  candidates: readonly Contributor[],
  { entryAnchor }: ClaimedObject,
  project: Rules['project']
): Decision {
  const contributors = candidates
    .filter(({ judgement }) => judgement.outcome === 'in-scope')
    .sort((a, b) => a.rank - b.rank)
  const anchors = contributors.flatMap(({ judgement }) =>
    judgement.outcome === 'in-scope' ? (judgement.sourceAnchor ?? []) : []
  )
  if (anchors.length === 0) return { outcome: 'out-of-scope', reason: linkedMailboxAlone }
  const objects = contributors.map(({ object }) => object)
  return { outcome: 'projected', anchors, ...project(objects, entryAnchor ?? anchors[0] ?? '') }
}

/** The entry has the anchor of one of those that make it up. */
export function keepsAnchor(
  { entryAnchor }: ClaimedObject,
  { anchors }: Extract<Decision, { outcome: 'projected' }>
): boolean {
  return entryAnchor === null || anchors.includes(entryAnchor)
}
