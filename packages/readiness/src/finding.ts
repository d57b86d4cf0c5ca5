import type { Finding as AnyFinding } from '@opendirsync/contracts'

/** Stable names of what can be wrong. The attribute stands beside it in the finding. */
export const findingCodes = [
  'spaces-around',
  'control-character',
  'unpaired-surrogate',
  'non-ascii',
  'invalid-character',
  'unexpected-character',
  'unexpected-start',
  'misplaced-period',
  'address-format',
  'domain-part',
  'unroutable-domain',
  'too-long',
  'too-large',
  'too-many-values',
  'blank',
  'empty-value',
  'address-prefix',
  'extra-colon',
  'duplicate-in-object',
  'several-primaries',
  'no-primary',
  'mail-not-primary',
  'duplicate',
  'unverified-domain',
  'cloud-collision'
] as const
export type FindingCode = (typeof findingCodes)[number]

/**
 * A finding of this package. Those of one value share one fix, which mends all that it stands at. Fixes replace, add or
 * remove one value and leave the others of the attribute as they are; none clears an attribute.
 */
export interface Finding extends AnyFinding {
  readonly code: FindingCode
}

export type Severity = AnyFinding['severity']

/** The error names of IdFix, whose reports people have tools for. */
export type IdFixError =
  | 'Blank'
  | 'Character'
  | 'DomainPart'
  | 'Duplicate'
  | 'Format'
  | 'Length'
  | 'LocalPart'
  | 'MailMatch'
  | 'TopLevelDomain'
