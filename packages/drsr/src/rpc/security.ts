/** One side of a security exchange as DCE/RPC carries it in `auth_value` (MS-RPCE section 2.2.1.1.7). */
export interface SecurityInitiator {
  /** 10 NTLMSSP, 9 SPNEGO, 16 Kerberos. */
  readonly authType: number
  /**
   * The token to send, given the last one that came (undefined: the first). `done`: nothing more is
   * expected from the other side.
   */
  next(received: Buffer | undefined): Promise<SecurityToken>
  /** @throws Error before the exchange is done */
  context(): SecurityContext
}

export interface SecurityToken {
  readonly token: Buffer | undefined
  readonly done: boolean
}

/** What protects the PDUs once the exchange is done. One message counter a direction: keep the order. */
export interface SecurityContext {
  /** The exported session key (attribute decryption in DRSUAPI needs it). */
  readonly sessionKey: Buffer
  /** Length of what `seal` returns, in bytes. */
  readonly signatureBytes: number
  /**
   * Encrypts `pdu[from, to)` in place and returns the signature over the whole `pdu` as it was before
   * (header to the end of the security trailer, without the signature).
   */
  seal(pdu: Buffer, from: number, to: number): Buffer
  /**
   * Decrypts `pdu[from, to)` in place and checks `signature`, which is over the whole `pdu`.
   * @throws Error when the signature is wrong
   */
  unseal(pdu: Buffer, from: number, to: number, signature: Buffer): void
}
