/** A controller's reply that contradicts itself or the specification. The message holds no value of an attribute. */
export class MalformedReplyError extends Error {
  override readonly name = 'MalformedReplyError'
}
