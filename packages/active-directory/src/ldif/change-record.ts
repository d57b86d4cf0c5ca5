import { PermanentError } from '@opendirsync/contracts'
import type { AttributeModification } from '@opendirsync/ldap'

/** One `changetype: modify` of LDIF (RFC 2849). */
export interface ChangeRecord {
  readonly dn: string
  readonly changes: readonly AttributeModification[]
}

/** The text is not LDIF, or LDIF of a kind that is not read here. */
export class LdifError extends PermanentError {
  /** Where, counted from 1. */
  readonly line: number

  constructor(line: number, message: string) {
    super(`Line ${line}: ${message}`)
    this.line = line
  }
}

/** An attribute's name or OID, with its options (RFC 4512 section 2.5). */
export const attributePattern = /^(?:[A-Za-z][A-Za-z0-9-]*|\d+(?:\.\d+)*)(?:;[A-Za-z0-9-]+)*$/
