/** Why a call failed as a whole; it is sent as a SOAP fault. */
export class SyncFault extends Error {
  override readonly name = 'SyncFault'
  /** The service's own number, where one is known. */
  readonly code: number | undefined
  /** `Receiver`: the service itself says so. `Sender`: WCF does, before the service is asked. */
  readonly side: 'Sender' | 'Receiver'
  /** Of WCF's own faults. */
  readonly subcode: string | undefined

  constructor(
    message: string,
    {
      code,
      side = 'Receiver',
      subcode
    }: { code?: number; side?: 'Sender' | 'Receiver'; subcode?: string } = {}
  ) {
    super(message)
    this.code = code
    this.side = side
    this.subcode = subcode
  }
}

/** The call belongs to another host. */
export class SyncRedirection extends Error {
  override readonly name = 'SyncRedirection'
  readonly url: string

  constructor(url: string) {
    super('The call belongs to another host.')
    this.url = url
  }
}

export const notActivated = () =>
  new SyncFault('Identity synchronization is not yet activated for this company.')

/** https://learn.microsoft.com/office365/troubleshoot/active-directory/password-synchronization-not-activated */
export const passwordSyncNotActivated = () =>
  new SyncFault('Password Synchronization has not been activated for this company', { code: 90 })

export const accessDenied = () =>
  new SyncFault('Access to Azure Active Directory has been denied. Contact Technical Support.')

export const tokenRefused = () => new SyncFault('The security token is invalid or has expired.')

export const buildTooOld = (build: string) =>
  new SyncFault(`The version ${build} of the client is no longer supported. Upgrade it.`)

/** As WCF words it, for an operation that the service does not have. */
export const unknownAction = (action: string) =>
  new SyncFault(
    `The message with Action '${action}' cannot be processed at the receiver, due to a ContractFilter mismatch ` +
      'at the EndpointDispatcher.',
    { side: 'Sender', subcode: 'ActionNotSupported' }
  )

/** As WCF words it, for a content that is not what the operation takes. */
export const cannotDeserialize = (parameter: string) =>
  new SyncFault(
    `The formatter threw an exception while trying to deserialize the message: There was an error while trying to ` +
      `deserialize parameter ${parameter}.`,
    { side: 'Sender', subcode: 'DeserializationFailed' }
  )
