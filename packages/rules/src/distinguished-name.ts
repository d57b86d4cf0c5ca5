/** Splits at commas that no backslash escapes (RFC 4514 section 2.4). */
const separator = /(?<!(?:^|[^\\])(?:\\\\)*\\),/

/** The DNS name of the domain that a distinguished name lies in: its DC parts. Empty when there are none. */
export function dnsDomainOf(dn: string): string {
  return dn
    .split(separator)
    .map(part => part.trim())
    .filter(part => /^dc=/i.test(part))
    .map(part => part.slice(3))
    .join('.')
    .toLowerCase()
}

const conflict = /(\\0A|\n)CNF:/i

/**
 * True for the loser of a replication conflict: AD renames it to <name>, line feed, "CNF:", <objectGUID>
 * (MS-ADTS 3.1.1.5.1.2), and writes the line feed as \0A.
 */
export function isConflictName(dn: string): boolean {
  return conflict.test(dn) && conflict.test(dn.split(separator)[0] ?? '')
}
