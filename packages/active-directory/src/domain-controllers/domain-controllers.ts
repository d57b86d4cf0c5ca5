import { SetupError, UnavailableError } from '@opendirsync/contracts'
import type { DirectoryServer } from '../connection/directory-server.ts'
import { CandidateList } from './candidate-list.ts'
import type { ControllerSource } from './controller-source.ts'
import { type Candidate, findCandidates } from './find-candidates.ts'
import { type ControllerFault, noControllerError } from './no-controller-error.ts'
import { type OpenedController, openController } from './open-controller.ts'
import { type PutAside, Standings } from './standings.ts'

/** For each candidate, so that a change of controller takes seconds. */
const CONNECT_TIMEOUT_MS = 5_000

export interface DomainControllersOptions {
  readonly source: ControllerSource
  /**
   * As whom, and how. `connectTimeoutMs` is for one controller, 5,000 unless told otherwise. A `serverName` holds for every
   * controller of a list: leave it out when they have certificates for their own names.
   */
  readonly account: Omit<DirectoryServer, 'url' | 'password'> & {
    /** A function is asked at each connect, so that a password which was changed counts from the next one on. */
    readonly password: string | (() => Promise<string>)
  }
  /** DN of the domain that the controllers must serve; that of `source.domain` unless told otherwise. */
  readonly namingContext?: string
  /** Milliseconds of a clock that does not go back; default: that of the process. */
  readonly now?: () => number
  /** At least 0 and less than 1; for the lot among the servers of DNS. */
  readonly random?: () => number
}

export interface ControllerConnection extends OpenedController {
  /** For `leave`: the controller as the source names it. */
  readonly url: string
  /** The controllers that were tried before in vain, with their faults: worth a line in the log. */
  readonly failed: readonly ControllerFault[]
}

/**
 * The domain controllers of one domain, and what is known of them. Connections are made to one that works: the last good
 * one first, those with faults last.
 *
 * A DirSync cookie is meant for every controller of its domain, so go on with the same cookie wherever `connect` leads;
 * a controller that does not take it says so (CookieRefusedError).
 */
export class DomainControllers {
  readonly #options: DomainControllersOptions
  readonly #candidates: CandidateList
  readonly #standings = new Standings()
  readonly #now: () => number

  constructor(options: DomainControllersOptions) {
    this.#options = options
    this.#now = options.now ?? (() => performance.now())
    const how = { startTls: options.account.startTls === true, random: options.random ?? Math.random }
    this.#candidates = new CandidateList(() => findCandidates(options.source, how), this.#now)
  }

  /**
   * A connection to the first controller that works; each has 5 s. The caller closes it.
   *
   * A refused logon ends the search at once: another controller would refuse it too, and each attempt brings the account
   * nearer to its lockout. So do not repeat it in quick succession.
   *
   * @throws SetupError `ad-credentials` when a controller refuses the logon; `ad-dns` or `ad-address` when none is known;
   *   when all fail for reasons that a person must mend, an error that names each controller with its reason
   * @throws UnavailableError when all fail and waiting may help, naming each; or when DNS does not answer
   */
  async connect(signal?: AbortSignal): Promise<ControllerConnection> {
    const failed: ControllerFault[] = []
    const known = await this.#candidates.read()
    const connected = await this.#connectToOneOf(known, failed, signal)
    if (connected !== undefined) return connected
    // DNS may know others by now.
    const urls = new Set(known.map(({ url }) => url))
    const others = (await this.#candidates.readAgain()).filter(({ url }) => !urls.has(url))
    const found = await this.#connectToOneOf(others, failed, signal)
    if (found !== undefined) return found
    throw noControllerError(failed)
  }

  /** Puts a controller aside because the caller found it wanting: slow, or rolled back. */
  leave(url: string, reason: string): void {
    this.#standings.putAside(url, reason, this.#now())
  }

  /** The controllers that are passed over at the moment, and why. */
  get aside(): readonly PutAside[] {
    return this.#standings.aside(this.#now())
  }

  async #connectToOneOf(
    candidates: readonly Candidate[],
    failed: ControllerFault[],
    signal: AbortSignal | undefined
  ): Promise<ControllerConnection | undefined> {
    for (const candidate of this.#standings.order(candidates, this.#now())) {
      const { url } = candidate
      this.#standings.tried(url, this.#now())
      try {
        const opened = await this.#open(candidate, signal)
        this.#standings.good(url)
        return { ...opened, url, failed }
      } catch (error) {
        signal?.throwIfAborted()
        if (!(error instanceof Error) || isRefusedLogon(error)) throw error
        this.#standings.putAside(url, error.message, this.#now())
        failed.push({ url, error })
      }
    }
    return undefined
  }

  /** Tries the addresses of one controller in turn, as long as they are only out of reach. */
  async #open(candidate: Candidate, signal: AbortSignal | undefined): Promise<OpenedController> {
    const { account } = this.#options
    const expected = {
      namingContext: expectedNamingContext(this.#options),
      timeoutMs: account.connectTimeoutMs ?? CONNECT_TIMEOUT_MS,
      signal
    }
    const { password: known } = account
    const password = typeof known === 'string' ? known : await known()
    let unreachable: Error = new UnavailableError('active-directory', `${candidate.url} has no address.`)
    for (const endpoint of await candidate.endpoints()) {
      try {
        return await openController({ ...account, ...endpoint, password }, expected)
      } catch (error) {
        if (signal?.aborted || !(error instanceof UnavailableError)) throw error
        unreachable = error
      }
    }
    throw unreachable
  }
}

function isRefusedLogon(error: Error): boolean {
  return error instanceof SetupError && error.code === 'ad-credentials'
}

function expectedNamingContext({ source, namingContext }: DomainControllersOptions): string | undefined {
  if (namingContext !== undefined || source.kind === 'list') return namingContext
  return `DC=${source.domain.replaceAll('.', ',DC=')}`
}
