/** What passes without a person. */
export interface GateSettings {
  /** Of users and of groups, each for itself. */
  readonly deletes: Threshold
  /** `count` over all groups, `percent` of each group. */
  readonly memberRemovals: Threshold
  /** Days from when an object is to be deleted until it is; its account is disabled at once. 0: it is deleted at once. */
  readonly deleteAfterDays: number | 'never'
}

interface Threshold {
  /** The most within an hour. */
  readonly count: number
  /** The largest share within an hour, 0 to 100; 100: as many as there are. */
  readonly percent: number
}

/** Up to so many deletes the share says nothing: a small company may lose a quarter of its people in a day. */
export const fewestDeletesToJudge = 20

/** Below this size the share of a group says nothing. */
export const smallestGroupToJudge = 20
