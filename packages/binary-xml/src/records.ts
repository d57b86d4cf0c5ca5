/** The first bytes of text records (MC-NBFX section 2.2.3). With one more, the element ends after the text. */
export const textRecord = {
  zero: 0x80,
  one: 0x82,
  false: 0x84,
  true: 0x86,
  int8: 0x88,
  int16: 0x8a,
  int32: 0x8c,
  int64: 0x8e,
  float: 0x90,
  double: 0x92,
  decimal: 0x94,
  dateTime: 0x96,
  chars8: 0x98,
  chars16: 0x9a,
  chars32: 0x9c,
  bytes8: 0x9e,
  bytes16: 0xa0,
  bytes32: 0xa2,
  startList: 0xa4,
  endList: 0xa6,
  empty: 0xa8,
  word: 0xaa,
  uniqueId: 0xac,
  timeSpan: 0xae,
  uuid: 0xb0,
  uint64: 0xb2,
  boolean: 0xb4,
  unicode8: 0xb6,
  unicode16: 0xb8,
  unicode32: 0xba,
  qname: 0xbc
} as const

export const firstTextRecord = 0x80

/** First bytes of the other records (sections 2.2.1, 2.2.2 and 2.2.4). Of the ranges, the one for the prefix `a`. */
export const record = {
  endElement: 0x01,
  comment: 0x02,
  array: 0x03,
  shortAttribute: 0x04,
  attribute: 0x05,
  shortWordAttribute: 0x06,
  wordAttribute: 0x07,
  shortNamespace: 0x08,
  namespace: 0x09,
  shortWordNamespace: 0x0a,
  wordNamespace: 0x0b,
  letterWordAttribute: 0x0c,
  letterAttribute: 0x26,
  shortElement: 0x40,
  element: 0x41,
  shortWordElement: 0x42,
  wordElement: 0x43,
  letterWordElement: 0x44,
  letterElement: 0x5e
} as const

export const letters = 'abcdefghijklmnopqrstuvwxyz'
