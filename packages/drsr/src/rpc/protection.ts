import type { SecurityContext } from './security.ts'

/** Every packet is signed and encrypted (MS-RPCE section 2.2.1.1.8). Replication gives secrets only so. */
export const PKT_PRIVACY = 6

/** Tells several security contexts of a connection apart; there is one. */
export const AUTH_CONTEXT_ID = 1

/** What the packets of a connection are signed and encrypted with. */
export interface Protection {
  readonly authType: number
  readonly context: SecurityContext
}
