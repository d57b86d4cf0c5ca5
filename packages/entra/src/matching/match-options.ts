/** Whether accounts that somebody else has made in the tenant may be taken over, by each way of finding them. */
export interface MatchOptions {
  /** By `onPremisesImmutableId`. What we created ourselves is found again all the same. */
  readonly hard: 'allow' | 'block'
  readonly softUserPrincipalName: 'allow' | 'block'
  /** By the primary address. */
  readonly softMail: 'allow' | 'block'
}

export const matchEverything: MatchOptions = {
  hard: 'allow',
  softUserPrincipalName: 'allow',
  softMail: 'allow'
}
