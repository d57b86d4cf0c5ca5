import { type Static, Type } from 'typebox'

/** What waits for a person because too many of its kind came at once. */
export const HoldKind = Type.Union(
  [Type.Literal('delete-user'), Type.Literal('delete-group'), Type.Literal('remove-member')],
  { description: 'What would be written' }
)
export type HoldKind = Static<typeof HoldKind>

/**
 * - `held`: nothing is written until somebody decides.
 * - `approved`: it is written, and counts for nothing.
 * - `refused`: the tenant keeps what it has until the directory changes. It may be approved later.
 * - `withdrawn`: the directory has changed before anybody decided, or after somebody refused.
 */
export const HoldState = Type.Union(
  [Type.Literal('held'), Type.Literal('approved'), Type.Literal('refused'), Type.Literal('withdrawn')],
  {
    description:
      'held: waits for a person. approved: is written. refused: the tenant keeps what it has. withdrawn: the directory has changed'
  }
)
export type HoldState = Static<typeof HoldState>

/**
 * Why an object is to go.
 * - `deleted`: the directory has told that it was deleted. `vanished`: a full import did not find it. `not-in-file`: the
 *   newest file does not have it.
 * - `left-scope`: the scope of its connector leaves it out. `excluded`: a rule does.
 * - `no-longer-member`: the group does not have the member any more.
 * - `not-desired`: the rules do not want it in the tenant, for a reason that is not known here.
 */
export const HoldReason = Type.Union(
  [
    Type.Literal('deleted'),
    Type.Literal('vanished'),
    Type.Literal('not-in-file'),
    Type.Literal('left-scope'),
    Type.Literal('excluded'),
    Type.Literal('no-longer-member'),
    Type.Literal('not-desired')
  ],
  { description: 'Why it is to go' }
)
export type HoldReason = Static<typeof HoldReason>

/** What the holds of one wave have in common. */
export interface WaveOrigin {
  readonly kind: HoldKind
  readonly reason: HoldReason
  /** The part of the scope that leaves it out, or the code of the rule that does. */
  readonly reasonDetail?: string
  readonly connector?: string
  /** The OU, the file or the group. */
  readonly container?: string
}

/** One delete, or one removal of a member, that did not pass the gate. */
export interface Hold extends WaveOrigin {
  readonly id: number
  readonly state: HoldState
  /** Names the group of reason that it belongs to. */
  readonly wave: string
  /** Why, as a sentence. */
  readonly message: string
  /** The metaverse entry that would be deleted, or the group that would lose the member. */
  readonly entryId: string
  /** The member. */
  readonly memberEntryId?: string
  readonly dn?: string
  readonly displayName?: string
  readonly userPrincipalName?: string
  readonly groupName?: string
  /** ISO 8601. */
  readonly heldSince: string
  readonly decidedBy?: string
  readonly decidedAt?: string
  readonly comment?: string
}

/** All that is held for one reason. */
export interface HoldWave extends WaveOrigin {
  readonly wave: string
  readonly message: string
  readonly held: number
  readonly refused: number
  readonly heldSince: string
  readonly newest: string
  /** Names of some. */
  readonly examples: readonly string[]
}

export type HoldDecision = 'approve' | 'refuse'
