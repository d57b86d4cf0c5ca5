/** NegotiateFlags (MS-NLMP section 2.2.2.5), those that this side knows. */
export const flag = {
  unicode: 0x00000001,
  requestTarget: 0x00000004,
  sign: 0x00000010,
  seal: 0x00000020,
  ntlm: 0x00000200,
  alwaysSign: 0x00008000,
  extendedSessionSecurity: 0x00080000,
  targetInfo: 0x00800000,
  version: 0x02000000,
  key128: 0x20000000,
  keyExchange: 0x40000000,
  key56: 0x80000000
} as const

/** What a challenge must offer: without one of these the session would be weaker than NTLMv2 with 128-bit keys. */
export const requiredFlags =
  flag.unicode |
  flag.sign |
  flag.seal |
  flag.extendedSessionSecurity |
  flag.targetInfo |
  flag.key128 |
  flag.keyExchange

export const requestedFlags =
  (requiredFlags | flag.requestTarget | flag.ntlm | flag.alwaysSign | flag.version | flag.key56) >>> 0
