/** The value of unicodePwd that sets a password (MS-ADTS section 3.1.1.3.1.5): quoted, in UTF-16LE. */
export function encodePassword(password: string): Buffer {
  return Buffer.from(`"${password}"`, 'utf16le')
}
