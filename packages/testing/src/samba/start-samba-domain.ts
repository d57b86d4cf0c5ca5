import { randomBytes } from 'node:crypto'
import { makeTemporaryFolder } from '../processes/temporary-folder.ts'
import { writeCertificates } from './certificates.ts'
import { domainController } from './domain-controller.ts'
import { freeLoopbackAddress } from './loopback-address.ts'
import { type DomainFiles, provisionDomain } from './provision.ts'

export interface SambaDomainOptions {
  /** DNS name of the domain; `corp.example.test` unless told otherwise. */
  readonly realm?: string
  /** `CORP` unless told otherwise. */
  readonly netbios?: string
  /**
   * False unless told otherwise: Samba 4.17 cannot restore an object once the recycle bin is on. Without it a
   * deleted object loses most of its attributes at once, and a restore brings back the object without them.
   */
  readonly recycleBin?: boolean
  /** Loads objects after the domain is made and before its controller starts: a hundred times as fast as LDAP. */
  readonly populate?: (files: DomainFiles) => Promise<unknown>
}

export interface SambaDomain extends AsyncDisposable {
  /** `ldaps://127.x.y.z:636`. The certificate is for this address and for `serverName`. */
  readonly url: string
  /** The loopback address. */
  readonly host: string
  /** `dc1.corp.example.test` */
  readonly serverName: string
  /** `corp.example.test` */
  readonly dnsName: string
  readonly netbios: string
  /** `DC=corp,DC=example,DC=test` */
  readonly baseDn: string
  /** A domain administrator, as userPrincipalName. */
  readonly bindDn: string
  readonly password: string
  /** PEM; signs the controller's certificate. */
  readonly caFile: string
  /** Of the controller that runs now. */
  readonly pid: number
  /** Stops the controller. Its address, data and certificate stay for `start`. */
  stop(): Promise<void>
  start(): Promise<void>
  kill9(): Promise<void>
}

/**
 * A real Active Directory domain on this machine: Debian's Samba, one controller, on a loopback address and in a
 * temporary folder of its own, so several run side by side. Needs root, for ports below 1024.
 */
export async function startSambaDomain(options: SambaDomainOptions = {}): Promise<SambaDomain> {
  const { realm = 'corp.example.test', netbios = 'CORP', recycleBin = false, populate } = options
  const dnsName = realm.toLowerCase()
  const serverName = `dc1.${dnsName}`
  const password = `Aa1-${randomBytes(12).toString('base64url')}`
  await using started = new AsyncDisposableStack()
  const { path: folder } = started.use(makeTemporaryFolder('samba'))
  const host = await freeLoopbackAddress()
  const files = await provisionDomain({ folder, dnsName, netbios, address: host, password, recycleBin })
  await writeCertificates(folder, serverName, host)
  await populate?.(files)

  const controller = domainController(files, host, serverName)
  started.defer(controller.stop)
  await controller.start()
  const running = started.move()
  return {
    url: `ldaps://${host}:636`,
    host,
    serverName,
    dnsName,
    netbios,
    baseDn: `DC=${dnsName.replaceAll('.', ',DC=')}`,
    bindDn: `administrator@${dnsName}`,
    password,
    caFile: controller.caFile,
    get pid() {
      return controller.pid()
    },
    start: controller.start,
    stop: controller.stop,
    kill9: controller.kill9,
    [Symbol.asyncDispose]: () => running.disposeAsync()
  }
}
