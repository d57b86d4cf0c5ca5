/** The bytes are not what MC-NBFX describes, or more than is allowed. No content is in the message. */
export class BinaryXmlError extends Error {
  override readonly name = 'BinaryXmlError'
  /** In bytes from the beginning; where reading stopped. */
  readonly offset: number

  constructor(message: string, offset: number, options?: ErrorOptions) {
    super(`${message} (at byte ${offset})`, options)
    this.offset = offset
  }
}
