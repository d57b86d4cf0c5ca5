import { randomUUID } from 'node:crypto'
import type { ImportMode, Run } from '@opendirsync/contracts'
import type { RunFinding, Runs } from '@opendirsync/store'

export interface RunOrigin {
  readonly runs: Runs
  readonly connector: string
  readonly mode: ImportMode
  readonly trigger: string
  readonly reason?: string
  /** The run that somebody asked for, if this is one. */
  readonly requested?: Pick<Run, 'id'> | undefined
}

export interface Counted {
  readonly reported: number
  readonly staged: number
  readonly unchanged: number
  readonly deleted: number
}

/** A run as its row tells it. It has a row from when there is something to tell. */
export class RunRecord {
  readonly id: string
  readonly #origin: RunOrigin
  #begun: boolean
  #counted: Counted = { reported: 0, staged: 0, unchanged: 0, deleted: 0 }

  constructor(origin: RunOrigin) {
    this.#origin = origin
    this.id = origin.requested?.id ?? randomUUID()
    this.#begun = origin.requested !== undefined
  }

  /** Whether it has a row. */
  get begun(): boolean {
    return this.#begun
  }

  get counted(): Counted {
    return this.#counted
  }

  async begin(): Promise<void> {
    if (this.#begun) return
    const { runs, connector, mode, trigger, reason } = this.#origin
    await runs.start({ id: this.id, connector, mode, trigger, ...(reason !== undefined && { reason }) })
    this.#begun = true
  }

  /** @param part what a chunk came to; `page`: it was the last of its page */
  async count(part: Counted, { page }: { page: boolean }): Promise<void> {
    const before = this.#counted
    this.#counted = {
      reported: before.reported + part.reported,
      staged: before.staged + part.staged,
      unchanged: before.unchanged + part.unchanged,
      deleted: before.deleted + part.deleted
    }
    if (this.#begun) await this.#origin.runs.count(this.id, { ...part, pages: page ? 1 : 0 })
  }

  async expect(): Promise<void> {
    await this.#origin.runs.expect(this.id, this.#origin.connector)
  }

  async find(findings: readonly RunFinding[], unkept: number): Promise<void> {
    await this.#origin.runs.find(this.id, findings, unkept)
  }

  async complete(): Promise<void> {
    if (this.#begun) await this.#origin.runs.complete(this.id)
  }

  /** It is not this run's fault: it waits to be taken again. */
  async putBack(): Promise<void> {
    await this.#origin.runs.putBack(this.id).catch(() => {})
  }

  async fail(error: unknown): Promise<void> {
    if (!this.#begun) return
    const message = error instanceof Error ? error.message : String(error)
    // The fault that ended the run is the news; that it could not be written down as well is not.
    await this.#origin.runs.fail(this.id, message).catch(() => {})
  }
}
