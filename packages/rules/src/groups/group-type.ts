/** GROUP_TYPE_SECURITY_ENABLED (MS-ADTS 2.2.12). groupType is signed, so the bit is its sign. */
export const securityEnabledBit = 0x80000000n
