import { exportStateOf } from '@opendirsync/contracts'
import {
  type GraphObject,
  type SambaDomain,
  type System,
  startSambaDomain,
  startSystem,
  waitFor
} from '@opendirsync/testing'
import { expect } from 'vitest'
import { Directory } from '../support/directory.ts'
import { guidOf } from '../support/guid-of.ts'
import { upnOf } from './people-file.ts'
import { untilQuarantined } from './quarantined.ts'
import { patience, type View, viewOf } from './view.ts'

/** A problem as `GET /v1/quarantine` shows it. */
export interface ShownProblem {
  readonly code: string
  readonly title?: string
  readonly severity?: string
  readonly attribute?: string
  readonly message: string
  readonly conflictsWith?: readonly {
    readonly type: string
    readonly entraId: string
    readonly dn?: string
  }[]
  readonly since: string
  readonly retriesAt?: string
}

/** A system whose refusals are tried again each second, where their state says soon. */
export class Refusals implements AsyncDisposable {
  readonly domain: SambaDomain
  readonly system: System
  readonly view: View
  readonly directory: Directory
  readonly #stack: AsyncDisposableStack
  #bystanders = 0

  private constructor(
    parts: Pick<Refusals, 'domain' | 'system' | 'view' | 'directory'>,
    stack: AsyncDisposableStack
  ) {
    this.domain = parts.domain
    this.system = parts.system
    this.view = parts.view
    this.directory = parts.directory
    this.#stack = stack
  }

  static async start(environment: Readonly<Record<string, string>> = {}): Promise<Refusals> {
    await using stack = new AsyncDisposableStack()
    const domain = stack.use(await startSambaDomain())
    const directory = stack.use(await Directory.open(domain))
    const system = stack.use(
      await startSystem({
        domain,
        environment: {
          QUARANTINE_RETRY_SECONDS: '1',
          // What heals here heals by its own way, and not because a sweep or the confirming import comes by.
          SWEEP_SECONDS: '600',
          CONFIRM_SECONDS: '86400',
          ...environment
        }
      })
    )
    const view = stack.use(viewOf(system))
    return new Refusals({ domain, directory, system, view }, stack.move())
  }

  /** Waits until the object is in quarantine for this and nothing else, told in whole words. */
  async untilRefused(dn: string, code: string, attribute?: string): Promise<ShownProblem> {
    await untilQuarantined(this.view, dn, [code, attribute].filter(part => part !== undefined).join(' '))
    const { body } = await this.view.call('GET', `/v1/quarantine?limit=200&code=${code}`)
    const { items } = body as { items: { dn: string; problems: ShownProblem[] }[] }
    const problem = items.find(item => item.dn.toLowerCase() === dn.toLowerCase())?.problems[0]
    if (problem === undefined) throw new Error(`${dn} is not listed under ${code}`)
    const state = exportStateOf(code)
    expect(problem).toMatchObject({ title: state?.title, severity: state?.severity })
    expect(problem.message).toMatch(/^\S.{20,}\.$/s)
    await this.#everybodyElseArrives()
    return problem
  }

  /** Waits until the user is in the tenant like this, and the quarantine knows nothing of it any more. */
  async untilHealed(dn: string, name: string, expected: Record<string, unknown> = {}): Promise<GraphObject> {
    const user = await this.untilUser(name, expected)
    await untilQuarantined(this.view, dn)
    return user
  }

  untilUser(name: string, expected: Record<string, unknown> = {}): Promise<GraphObject> {
    return waitFor(
      async () => {
        const user = await this.view.user(upnOf(name))
        expect(user).toMatchObject(expected)
        return user
      },
      { ...patience, describe: `${name} in the tenant as it should be` }
    )
  }

  /** A user that is in the tenant. */
  async arrived(name: string, attributes: Readonly<Record<string, string>> = {}) {
    const dn = await this.directory.addUser(name, { userPrincipalName: upnOf(name), ...attributes })
    const { id } = await this.untilUser(name, { displayName: name })
    return { dn, id }
  }

  async retry(dn: string): Promise<void> {
    const { status } = await this.view.call(
      'POST',
      `/v1/quarantine/${await guidOf(this.domain, dn)}/retry`,
      {}
    )
    expect(status).toBe(202)
  }

  /** As the tenant's administrators do what no application can. */
  administer: System['emulator']['administer'] = (what, body) => this.system.emulator.administer(what, body)

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync()
  }

  /** One object's trouble holds up nobody: whoever changes meanwhile gets to the tenant. */
  async #everybodyElseArrives(): Promise<void> {
    if (this.#bystanders === 0) await this.arrived('bystander')
    this.#bystanders += 1
    const dn = `CN=bystander,${this.directory.ou}`
    await this.directory.set(dn, 'title', `Saw ${this.#bystanders}`)
    await this.untilUser('bystander', { jobTitle: `Saw ${this.#bystanders}` })
  }
}
