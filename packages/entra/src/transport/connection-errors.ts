import { SetupError, UnavailableError } from '@opendirsync/contracts'

/** OpenSSL's and Node's names for a certificate that is not trusted, not valid or not for this host. */
const certificateFault = /CERT|UNABLE_TO_|SELF_SIGNED|ERR_TLS_/

/**
 * Why no answer came, from what fetch or the token library threw.
 * @param host whom we spoke to, for the message
 */
export function connectionError(error: unknown, host: string): SetupError | UnavailableError {
  const codes = codesIn(error)
  const certificate = codes.find(code => certificateFault.test(code))
  if (certificate !== undefined) {
    return new SetupError(
      'graph-certificate',
      `The certificate of ${host} is not trusted (${certificate}). Name the file of its authority as the CA file for Graph.`,
      { cause: error }
    )
  }
  if (error instanceof Error && error.name === 'TimeoutError') {
    return new UnavailableError('entra', `${host} did not answer in time. It will be tried again.`, {
      cause: error
    })
  }
  const reason = codes[0] ?? (error instanceof Error ? error.name : 'unknown error')
  return new UnavailableError(
    'entra',
    `${host} cannot be reached (${reason}). Check the network and the address.`,
    {
      cause: error
    }
  )
}

function codesIn(error: unknown): string[] {
  return chain(error)
    .map(each => ('code' in each && typeof each.code === 'string' ? each.code : ''))
    .filter(code => code !== '')
}

/** The error and everything that it was caused by or bundles. */
export function chain(error: unknown): Error[] {
  if (!(error instanceof Error)) return []
  const inner = error instanceof AggregateError ? error.errors.flatMap(chain) : []
  return [error, ...inner, ...chain(error.cause)]
}
