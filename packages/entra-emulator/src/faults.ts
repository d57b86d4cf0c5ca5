/** What goes wrong, for how many requests, and with which. */
export interface Fault {
  /** How many requests meet it; without it, every one until the faults are cleared. */
  readonly times?: number
  /** `request`: HTTP requests to Graph. `item`: requests inside batches. `token`: the token endpoint. */
  readonly target?: 'request' | 'item' | 'token'
  /** Only requests of this method. */
  readonly method?: string
  /** Only requests whose path (below `/v1.0`) contains this. */
  readonly pathContains?: string
  /** The answer: 429, 500, 503, 504, … */
  readonly status?: number
  readonly retryAfterSeconds?: number
  /** Graph's error code and message in the answer. */
  readonly code?: string
  readonly message?: string
  /** Waits before it goes on; not for items. */
  readonly delayMs?: number
  /** Closes the connection in place of an answer; not for items. */
  readonly drop?: boolean
  /** Carries the request out first: only its answer is lost. */
  readonly carriedOut?: boolean
}

export interface FaultedRequest {
  readonly target: 'request' | 'item' | 'token'
  readonly method: string
  readonly path: string
}

/** The faults that wait for their requests. */
export class Faults {
  #waiting: { readonly fault: Fault; left: number }[] = []

  add(fault: Fault): void {
    this.#waiting.push({ fault, left: fault.times ?? Number.POSITIVE_INFINITY })
  }

  clear(): void {
    this.#waiting = []
  }

  /** The fault that this request meets, counted down. */
  take(request: FaultedRequest): Fault | undefined {
    if (this.#waiting.length === 0) return undefined
    const meeting = this.#waiting.find(({ fault }) => concerns(fault, request))
    if (meeting === undefined) return undefined
    meeting.left -= 1
    if (meeting.left <= 0) this.#waiting = this.#waiting.filter(each => each !== meeting)
    return meeting.fault
  }

  toJSON(): readonly Fault[] {
    return this.#waiting.map(({ fault }) => fault)
  }
}

function concerns(fault: Fault, request: FaultedRequest): boolean {
  if ((fault.target ?? 'request') !== request.target) return false
  if (fault.method !== undefined && fault.method.toUpperCase() !== request.method) return false
  return fault.pathContains === undefined || request.path.includes(fault.pathContains)
}
