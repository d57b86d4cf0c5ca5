/** Bits of userAccountControl (MS-ADTS section 2.2.16). */
export const userAccountControlFlag = {
  accountDisabled: 0x2,
  lockedOut: 0x10,
  passwordNotRequired: 0x20,
  normalAccount: 0x200,
  interdomainTrustAccount: 0x800,
  workstationAccount: 0x1000,
  serverAccount: 0x2000,
  passwordNeverExpires: 0x10000,
  smartCardRequired: 0x40000,
  passwordExpired: 0x800000
} as const

/** Bits of groupType (MS-ADTS section 2.2.12). */
export const groupTypeFlag = {
  builtin: 0x1,
  global: 0x2,
  domainLocal: 0x4,
  universal: 0x8,
  security: 0x80000000
} as const

/**
 * Whether a flag is set in the decimal text that Active Directory gives: a signed 32-bit number,
 * so that the groupType of a security group is negative. False for a missing value or one that is no number.
 */
export function hasFlag(value: string | undefined, flag: number): boolean {
  if (value === undefined || !/^-?\d+$/.test(value)) return false
  return ((Number(value) | 0) & flag) !== 0
}
