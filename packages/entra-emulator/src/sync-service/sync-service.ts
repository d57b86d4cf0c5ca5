import type { Clock } from '../clock.ts'
import { syncServiceRole } from '../model/application-permissions.ts'
import type { Application } from '../state/application.ts'
import type { Directory } from '../state/directory.ts'
import type { Tenant } from '../state/tenant.ts'
import type { AccessTokens } from '../token/access-tokens.ts'
import { capabilities, companyConfiguration } from './company-configuration.ts'
import { child, operations, readMessage, type SyncMessage, type XmlNode } from './message.ts'
import type { Passwords } from './passwords.ts'
import { provisionCredentials } from './provision-credentials.ts'
import { faultReply, type Result, redirectionReply, resultReply } from './replies.ts'
import {
  accessDenied,
  buildTooOld,
  cannotDeserialize,
  notActivated,
  SyncFault,
  SyncRedirection,
  tokenRefused,
  unknownAction
} from './sync-fault.ts'
import type { Synchronization } from './synchronization.ts'

/** "Microsoft Entra AD Synchronization Service", the same in every cloud. */
export const syncServiceAppId = '6bf85cfa-ac8a-4be5-b5de-425a0d0dc016'
export const syncServicePath = '/provisioningservice.svc'

export interface SyncServiceOptions {
  readonly tenant: Tenant
  readonly directory: Directory
  readonly clock: Clock
  readonly application: Application
  readonly tokens: AccessTokens
  readonly synchronization: Synchronization
  readonly passwords: Passwords
}

/** A call, with what HTTP says of it. */
export interface SyncCall {
  /** With the port. */
  readonly host: string
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly message: SyncMessage
}

export interface SyncAnswer {
  readonly status: number
  readonly body: Buffer | string
}

type Operation = (options: SyncServiceOptions, body: XmlNode) => Result | undefined

const reads: ReadonlySet<string> = new Set(['Capabilities', 'GetCompanyConfiguration'])

const known: Readonly<Record<string, Operation>> = {
  Capabilities: ({ synchronization }) => capabilities(synchronization),
  GetCompanyConfiguration: options => companyConfiguration(options),
  SetCompanyDirsyncFeatures: setFeatures,
  ProvisionCredentials: provisionCredentials,
  /** Ends an export run; there is nothing to end here. */
  FinalizeExport: () => undefined
}

/** The synchronization web service of the tenant: operations, and what is refused before one is reached. */
export class SyncService {
  readonly #options: SyncServiceOptions

  constructor(options: SyncServiceOptions) {
    this.#options = options
  }

  /** @throws Error when the bytes are no message */
  read(bytes: Buffer): SyncMessage {
    return readMessage(bytes)
  }

  async answer(call: SyncCall): Promise<SyncAnswer> {
    const { message } = call
    const missing = missingHeader(call)
    if (missing !== undefined)
      return { status: 400, body: `The header ${missing} is not as the client sends it.` }
    try {
      const { operation, body } = operationOf(message)
      await this.#admit(call)
      const { synchronization } = this.#options
      if (!synchronization.isActive && !reads.has(operation)) throw notActivated()
      const result = known[operation]?.(this.#options, body)
      return { status: 200, body: resultReply(operation, result, message) }
    } catch (error) {
      if (error instanceof SyncRedirection) return { status: 500, body: redirectionReply(error, message) }
      if (error instanceof SyncFault) return { status: 500, body: faultReply(error, message) }
      throw error
    }
  }

  /** @throws SyncFault, SyncRedirection */
  async #admit({ host, headers, message }: SyncCall): Promise<void> {
    const { tenant, application, tokens, synchronization } = this.#options
    const caller = await tokens.callerOf(message.token, [syncServiceAppId]).catch(() => {
      throw tokenRefused()
    })
    if (!caller.usedCertificate || !application.mayUse(caller.permissions, [syncServiceRole]))
      throw accessDenied()
    if (headers['x-ms-aadmsods-tenantid']?.toLowerCase() !== tenant.id.toLowerCase()) throw accessDenied()
    if (synchronization.isTooOld(message.buildNumber)) throw buildTooOld(message.buildNumber)
    const { redirectedTo } = synchronization
    if (redirectedTo !== null && new URL(redirectedTo).host !== host)
      throw new SyncRedirection(`${redirectedTo}${syncServicePath}`)
  }
}

/** Action and body must name the same operation, and one that the service has. */
function operationOf({ action, body }: SyncMessage): { operation: string; body: XmlNode } {
  const prefix = `${operations}/IProvisioningWebService/`
  const operation = action.startsWith(prefix) ? action.slice(prefix.length) : ''
  if (!Object.hasOwn(known, operation)) throw unknownAction(action)
  if (body?.namespace !== operations || body.name !== operation)
    throw cannotDeserialize(`${operations}:${operation}`)
  return { operation, body }
}

/** Which of the headers that every client sends is absent, or does not say what the message says. */
function missingHeader({ headers, message }: SyncCall): string | undefined {
  const expected: Readonly<Record<string, string | undefined>> = {
    'client-request-id': message.trackingId,
    'x-ms-aadmsods-appid': undefined,
    'x-ms-aadmsods-apiaction': message.action.slice(message.action.lastIndexOf('/') + 1),
    'x-ms-aadmsods-clientversion': undefined,
    'x-ms-aadmsods-dirsyncbuildnumber': message.buildNumber,
    'x-ms-aadmsods-fimbuildnumber': undefined,
    'x-ms-aadmsods-tenantid': undefined
  }
  return Object.entries(expected).find(([name, value]) => {
    const given = headers[name]
    return given === undefined || (value !== undefined && given.toLowerCase() !== value.toLowerCase())
  })?.[0]
}

function setFeatures({ synchronization }: SyncServiceOptions, body: XmlNode): undefined {
  const text = child(body, operations, 'dirsyncFeatures')?.text ?? ''
  if (!/^\d{1,9}$/.test(text)) throw cannotDeserialize(`${operations}:dirsyncFeatures`)
  synchronization.features = Number(text)
}
