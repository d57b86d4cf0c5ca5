/** Identifier octets of BER that LDAP uses (RFC 4511 section 5.1, X.690 section 8.1.2). */
export const berTag = {
  boolean: 0x01,
  integer: 0x02,
  octetString: 0x04,
  enumerated: 0x0a,
  sequence: 0x30,
  set: 0x31
} as const
