/**
 * Errors are named by what the caller should do. Adapters map foreign errors into these in one function
 * each; the queue package maps these to BullMQ in one function.
 */

/** The other side asks us to slow down. Nothing is wrong; wait and do the same again. No attempt is spent. */
export class ThrottledError extends Error {
  override readonly name = 'ThrottledError'
  readonly retryAfterMs: number

  constructor(message: string, retryAfterMs: number, options?: ErrorOptions) {
    super(message, options)
    this.retryAfterMs = retryAfterMs
  }
}

/** A system that we need does not answer, or not as it should. Retry with backoff, for as long as it takes. */
export class UnavailableError extends Error {
  override readonly name = 'UnavailableError'
  /** `active-directory`, `entra`, `postgres`, `redis`. */
  readonly system: string

  constructor(system: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.system = system
  }
}

/**
 * A person must change something: a wrong password, a certificate that does not match, a missing right.
 * The message says what. Services wait, say it again now and then, and go on when the cause is gone.
 */
export class SetupError extends Error {
  override readonly name = 'SetupError'
  /** Stable, kebab-case: `ad-credentials`, `ad-certificate`, `graph-credentials`, … */
  readonly code: string

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** Trying again cannot help: a message that is not of its schema, a programming error. */
export class PermanentError extends Error {
  override readonly name = 'PermanentError'
}

/** The directory will not continue from this cookie. A full import is needed. */
export class CookieRefusedError extends Error {
  override readonly name = 'CookieRefusedError'
}

/** Another importer has moved the cookie. This one must stop and read the state again. */
export class CookieConflictError extends Error {
  override readonly name = 'CookieConflictError'
}
