import { SetupError, UnavailableError } from '@opendirsync/contracts'

export const system = 'sync-service'

/** Nothing came in time. The other side may have done it, or may yet do it. */
export class TimedOutError extends UnavailableError {}

/** The request is larger than the other side takes. Less of the same may do. */
export class TooLargeError extends UnavailableError {}

/** OpenSSL's and Node's names for a certificate that is not trusted, not valid or not for this host. */
const certificateFaults = /^(?:CERT_|UNABLE_TO_|.*SELF_SIGNED|ERR_TLS_|ERR_SSL_|HOSTNAME_)/

/** Why a connection gave no answer. */
export function connectionError(error: unknown, host: string): SetupError | UnavailableError {
  const code = codeOf(error)
  if (certificateFaults.test(code)) {
    return new SetupError(
      'sync-service-certificate',
      `The certificate of ${host} is not trusted (${code}). Name the file of its authority as the CA file for the synchronization service.`,
      { cause: error }
    )
  }
  return new UnavailableError(
    system,
    `${host} cannot be reached (${code === '' ? 'no reason given' : code}). Check the network and the address. It will be tried again.`,
    { cause: error }
  )
}

export function timedOut(host: string, timeoutMs: number): TimedOutError {
  return new TimedOutError(
    system,
    `${host} did not answer within ${Math.ceil(timeoutMs / 1_000)} s. It will be tried again.`
  )
}

function codeOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(codeOf).find(code => code !== '') ?? ''
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}
