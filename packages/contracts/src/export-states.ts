/**
 * The states that a refused write leaves an object in: what they mean, what to do, and when the write is tried again.
 * Changed data bring another try at once, whatever the state.
 */
export interface ExportState {
  /** A few words, as a heading. */
  readonly title: string
  /** How it comes about, in one or two sentences. */
  readonly cause: string
  /** What ends it. */
  readonly cure: string
  /**
   * - `critical`: others are concerned too, and a person must act in the tenant or at the application.
   * - `error`: this object is not in the tenant, or a change of it is not.
   * - `warning`: a part of the object is not as it should be, and waits for its owner.
   */
  readonly severity: 'critical' | 'error' | 'warning'
  readonly retry: RetryPolicy
}

export interface RetryPolicy {
  /**
   * What ends the state: other data in the directory; another object that gives a value up; or somebody's act in the
   * tenant, of which nobody tells us.
   */
  readonly when: 'data-changes' | 'value-released' | 'interval'
  /** Until the first try by time; each further one waits twice as long, up to a day. Absent: none by time. */
  readonly interval?: RetryInterval
}

/** `soon` is as long as the operator sets it. */
export type RetryInterval = 'soon' | 'hourly' | 'daily'

const hourSeconds = 3_600
export const longestRetrySeconds = 24 * hourSeconds

/** The first interval of a state; `undefined`: not by time. A code that is not known is tried again soon. */
export function firstRetrySeconds(code: string, soonSeconds: number): number | undefined {
  const state = exportStateOf(code)
  const interval = state === undefined ? 'soon' : state.retry.interval
  if (interval === undefined || interval === 'soon') return interval && soonSeconds
  return Math.max(interval === 'hourly' ? hourSeconds : longestRetrySeconds, soonSeconds)
}

const released = { when: 'value-released', interval: 'soon' } as const
const soon = { when: 'interval', interval: 'soon' } as const
const hourly = { when: 'interval', interval: 'hourly' } as const
const byData = { when: 'data-changes', interval: 'daily' } as const

export const exportStates = {
  'object-conflict': {
    title: 'Value already in use',
    cause: 'Another object of the tenant has a value that only one object can have.',
    cure: 'Change the value of one of the two.',
    severity: 'error',
    retry: released
  },
  'invalid-soft-match': {
    title: 'Account of somebody else',
    cause:
      'An account of the tenant has the same sign-in name or address, and cannot be taken over: it has another onPremisesImmutableId, or is a guest.',
    cure: 'Change one of the two. If they are one person, clear the onPremisesImmutableId or convert the guest to a member.',
    severity: 'error',
    retry: released
  },
  'soft-match-blocked': {
    title: 'Taking over by name is blocked',
    cause:
      'An account of the tenant has the same sign-in name or address, and MATCH_SOFT_UPN and MATCH_SOFT_MAIL forbid to take it over.',
    cure: 'Allow it until it is done, give the account the source anchor as its onPremisesImmutableId, or change one of the two.',
    severity: 'error',
    retry: released
  },
  'hard-match-blocked': {
    title: 'Taking over by source anchor is blocked',
    cause:
      'An account of the tenant has the source anchor as its onPremisesImmutableId, and MATCH_HARD forbids to take it over.',
    cure: "Allow it until it is done, or clear the account's onPremisesImmutableId.",
    severity: 'error',
    retry: released
  },
  'object-type-mismatch': {
    title: 'Value of an object of another type',
    cause: 'A group or a contact of the tenant has the address that a user should get.',
    cure: 'Change one of the two.',
    severity: 'error',
    retry: released
  },
  'existing-admin-role-conflict': {
    title: 'Account with an administrator role stands in the way',
    cause: 'An account that would be taken over holds an administrator role, or may hold one.',
    cure: 'Take the role away until it is done, or give the account another name and address.',
    severity: 'error',
    retry: released
  },
  'source-anchor-changed': {
    title: 'Source anchor has changed',
    cause: 'The source anchor of an object that is in the tenant is another one now.',
    cure: 'Set it back. To have the object made anew, delete the one in the tenant.',
    severity: 'error',
    retry: { when: 'data-changes' }
  },
  'upn-domain-not-verified': {
    title: 'Domain not verified',
    cause: 'The domain of userPrincipalName is not among the verified domains of the tenant.',
    cure: 'Verify the domain in the tenant, or give the user a suffix that is verified.',
    severity: 'error',
    retry: soon
  },
  'federated-without-anchor': {
    title: 'Federated user without anchor',
    cause:
      'The domain of userPrincipalName is federated. The tenant takes a user of it only with an onPremisesImmutableId, and says no more than that a value is invalid.',
    cure: 'Let the rules give the user a source anchor, give the user a suffix that is not federated, or make the domain a managed one.',
    severity: 'error',
    retry: hourly
  },
  'invalid-value': {
    title: 'Invalid value',
    cause: 'The tenant does not take the form of a value.',
    cure: 'Correct the value in the directory.',
    severity: 'error',
    retry: byData
  },
  'password-policy': {
    title: 'Password not complex enough',
    cause: 'The tenant does not take the random password that a new user is given.',
    cure: "Look at the tenant's password protection; the list of banned words may forbid too much.",
    severity: 'error',
    retry: soon
  },
  'property-read-only': {
    title: 'Property is read-only',
    cause: 'The tenant does not let the property be written.',
    cure: 'Take the property out of the rules.',
    severity: 'warning',
    retry: byData
  },
  'directory-extension-missing': {
    title: 'Directory extension missing',
    cause: 'The rules write a directory extension that the tenant does not have for this type of object.',
    cure: 'Register it with the application that its name begins with, or take it out of the rules.',
    severity: 'critical',
    retry: soon
  },
  'group-type-not-supported': {
    title: 'Type of group that Graph does not write',
    cause:
      'The group is a mail-enabled security group or a distribution list, which only Exchange Online writes.',
    cure: 'Delete the group in Exchange Online to have it made as a security group, or leave it out with the scope.',
    severity: 'error',
    retry: byData
  },
  'privileged-account': {
    title: 'Privileged account or group',
    cause:
      'The account holds an administrator role, or the group can be given roles. An application without a high role of its own may not change what is sensitive in them.',
    cure: 'Take the role away, change the object by hand, or give the application the role Privileged Authentication Administrator.',
    severity: 'error',
    retry: hourly
  },
  'on-premises-attributes-refused': {
    title: 'On-premises attributes refused',
    cause:
      'ONPREMISES_ATTRIBUTES is on, and the application may not write these attributes of the user. All others are written.',
    cure: 'Give the application User.ReadWrite.All and the role User Administrator or Hybrid Identity Administrator (a higher one for accounts that hold roles), or set it to off.',
    severity: 'warning',
    retry: hourly
  },
  'permission-missing': {
    title: 'Permission missing',
    cause: 'The application lacks a Graph permission for this write.',
    cure: 'Grant the application its permissions, with admin consent. The log of the exporter names those that are missing.',
    severity: 'critical',
    retry: soon
  },
  'quota-exceeded': {
    title: 'Tenant is full',
    cause: 'The tenant has as many objects as its quota lets it have.',
    cure: 'Remove objects, from the bin too; verify a domain, which raises the quota; or ask Microsoft for more.',
    severity: 'critical',
    retry: hourly
  },
  'link-quota-exceeded': {
    title: 'Too many references',
    cause: 'The object would have more references of a kind than one object can have.',
    cure: 'Remove references from the object.',
    severity: 'warning',
    retry: hourly
  },
  'synchronised-by-another-tool': {
    title: 'Synchronised by another tool',
    cause: 'The object is under the control of Microsoft Entra Connect or Cloud Sync (on-premises mastered).',
    cure: 'Hand its source of authority over to the cloud first.',
    severity: 'error',
    retry: hourly
  },
  'owned-by-another-service': {
    title: 'Owned by another service',
    cause: 'Another service, such as Exchange Online, owns a property of the object.',
    cure: 'Change the value there, or take the property out of the rules.',
    severity: 'warning',
    retry: hourly
  },
  'reference-refused': {
    title: 'Reference refused',
    cause: 'The tenant does not take a member or a manager, in words that are not known here.',
    cure: 'The message repeats what the tenant says.',
    severity: 'warning',
    retry: hourly
  },
  'refused-by-tenant': {
    title: 'Refused by the tenant',
    cause: 'The tenant refuses the write, in words that are not known here.',
    cure: 'The message repeats what the tenant says.',
    severity: 'error',
    retry: soon
  },
  'exporter-fault': {
    title: 'Fault of the exporter',
    cause: 'The exporter failed at this object and went on with the others.',
    cure: 'Report it with the message and the log.',
    severity: 'error',
    retry: soon
  }
} as const satisfies Readonly<Record<string, ExportState>>

export type ExportStateCode = keyof typeof exportStates

export const exportStateCodes = Object.keys(exportStates) as readonly ExportStateCode[]

/** The state of this code; undefined for a code of the rules or of synchronisation. */
export function exportStateOf(code: string): ExportState | undefined {
  const states: Readonly<Record<string, ExportState>> = exportStates
  return Object.hasOwn(states, code) ? states[code] : undefined
}

/** Codes of refusals that another object causes by a value that it has. They may end when it gives the value up. */
export const conflictCodes: readonly string[] = exportStateCodes.filter(
  code => exportStates[code].retry.when === 'value-released'
)
