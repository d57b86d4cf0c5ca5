/** One write that reached Graph, alone or inside a batch. */
export interface WriteRecord {
  /** The tenant's time, ISO 8601. */
  readonly at: string
  readonly method: string
  readonly path: string
  readonly status: number
  readonly clientRequestId: string | undefined
  readonly traceparent: string | undefined
  readonly inBatch: boolean
}

/** What was asked of the emulator. Refused requests count too: they were sent. */
export class RequestLog {
  readonly #capacity: number
  #total = 0
  #writes = 0
  #tokens = 0
  #byOperation: Record<string, number> = {}
  #byStatus: Record<string, number> = {}
  #log: WriteRecord[] = []
  #dropped = 0

  constructor(capacity = 20_000) {
    this.#capacity = capacity
  }

  /** HTTP requests to Graph; a batch is one. */
  get total(): number {
    return this.#total
  }

  /** Requests that change the tenant, those inside batches included, and `$batch` itself not. */
  get writes(): number {
    return this.#writes
  }

  /** Requests to the token endpoint. */
  get tokens(): number {
    return this.#tokens
  }

  /** By method and pattern, such as `PATCH /users/{id}`; items of batches count, and `POST /$batch`. */
  get byOperation(): Readonly<Record<string, number>> {
    return this.#byOperation
  }

  /** By the status of the answer: requests that came alone, and items of batches; also answers that a fault lost. */
  get byStatus(): Readonly<Record<string, number>> {
    return this.#byStatus
  }

  /** The newest writes, oldest first. */
  get log(): readonly WriteRecord[] {
    return this.#log
  }

  /** Writes that no longer are in the log. */
  get dropped(): number {
    return this.#dropped
  }

  countRequest(): void {
    this.#total += 1
  }

  countToken(): void {
    this.#tokens += 1
  }

  countOperation(operation: string): void {
    this.#byOperation[operation] = (this.#byOperation[operation] ?? 0) + 1
  }

  countStatus(status: number): void {
    this.#byStatus[status] = (this.#byStatus[status] ?? 0) + 1
  }

  addWrite(record: WriteRecord): void {
    this.#writes += 1
    this.#log.push(record)
    if (this.#log.length <= this.#capacity * 1.5) return
    this.#dropped += this.#log.length - this.#capacity
    this.#log = this.#log.slice(-this.#capacity)
  }

  reset(): void {
    this.#total = 0
    this.#writes = 0
    this.#tokens = 0
    this.#byOperation = {}
    this.#byStatus = {}
    this.#log = []
    this.#dropped = 0
  }

  toJSON(): object {
    return {
      total: this.#total,
      writes: this.#writes,
      tokens: this.#tokens,
      byOperation: this.#byOperation,
      byStatus: this.#byStatus,
      dropped: this.#dropped,
      log: this.#log
    }
  }
}
