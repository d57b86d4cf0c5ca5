/** Of an NT hash. */
export const hashBytes = 16

/** What goes to a thread: NT hashes one after the other. Its memory moves there, and is overwritten there. */
export interface DeriveRequest {
  readonly id: number
  readonly hashes: ArrayBuffer
}

/** What comes back: as many texts of equal length, one after the other. */
export interface DeriveAnswer {
  readonly id: number
  readonly derived: ArrayBuffer
}
