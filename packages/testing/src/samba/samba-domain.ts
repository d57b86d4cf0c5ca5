import type { DomainAuthority } from './certificates.ts'
import type { DomainFiles } from './configuration.ts'
import { type DomainController, domainController, type ProcessModel } from './domain-controller.ts'

/** What all controllers of a domain share. */
export interface DomainIdentity {
  /** `corp.example.test` */
  readonly dnsName: string
  readonly netbios: string
  /** `DC=corp,DC=example,DC=test` */
  readonly baseDn: string
  /** A domain administrator, as userPrincipalName. */
  readonly bindDn: string
  readonly password: string
  /** Signs the certificates of all its controllers. */
  readonly authority: DomainAuthority
  /** Whether its controllers serve the domain's DNS, on port 53 of `host`. */
  readonly dns: boolean
  readonly processModel: ProcessModel
}

/** A domain as one of its controllers serves it. */
export interface SambaDomain extends DomainIdentity, AsyncDisposable {
  /** `ldaps://127.x.y.z:636`. The certificate is for this address and for `serverName`. */
  readonly url: string
  /** The loopback address. */
  readonly host: string
  /** `dc1.corp.example.test` */
  readonly serverName: string
  /** PEM; signs the certificates of all controllers of the domain. */
  readonly caFile: string
  /** Its database, for tools that work on it while the controller runs or not. */
  readonly files: DomainFiles
  /** Of the controller that runs now. */
  readonly pid: number
  /** Stops the controller. Its address, data and certificate stay for `start`. */
  stop(): Promise<void>
  start(): Promise<void>
  kill9(): Promise<void>
  /** SIGSTOP: it keeps its connections and answers nothing, as one that is far too slow. Disposing thaws it. */
  freeze(): void
  thaw(): void
}

/** A place for one controller: made, not yet started. */
export interface ControllerPlace {
  readonly files: DomainFiles
  readonly host: string
  readonly serverName: string
}

/** Starts the controller; it is stopped by `started`, which takes over all that belongs to it. */
export async function startController(
  domain: DomainIdentity,
  place: ControllerPlace,
  started: AsyncDisposableStack
): Promise<SambaDomain> {
  const controller: DomainController = domainController({ ...place, processModel: domain.processModel })
  started.defer(controller.stop)
  await controller.start()
  const running = started.move()
  const { dnsName, netbios, baseDn, bindDn, password, authority, dns, processModel } = domain
  return {
    ...{ dnsName, netbios, baseDn, bindDn, password, authority, dns, processModel },
    ...place,
    url: `ldaps://${place.host}:636`,
    caFile: controller.caFile,
    get pid() {
      return controller.pid()
    },
    start: controller.start,
    stop: controller.stop,
    kill9: controller.kill9,
    freeze: controller.freeze,
    thaw: controller.thaw,
    [Symbol.asyncDispose]: () => running.disposeAsync()
  }
}
