import { SetupError, UnavailableError } from '@opendirsync/contracts'

export interface ControllerFault {
  readonly url: string
  readonly error: Error
}

/** All were tried in vain: one error that names each with its fault. A single one's own error is told as it is. */
export function noControllerError(faults: readonly ControllerFault[]): Error {
  const errors = faults.map(({ error }) => error)
  const [first] = errors
  if (first !== undefined && errors.length === 1) return first
  const told = faults.map(({ url, error }) => `${url}: ${error.message}`).join(' ')
  const message = `None of ${faults.length} domain controllers can be used. ${told}`
  const options = { cause: new AggregateError(errors) }
  // While any of them is only out of reach, waiting can help.
  if (first instanceof SetupError && errors.every(error => error instanceof SetupError)) {
    return new SetupError(first.code, message, options)
  }
  return new UnavailableError('active-directory', message, options)
}
