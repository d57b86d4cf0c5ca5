const pauseMs = 10 * 60_000

/**
 * After a full import that was undone since too much had vanished, another one would most likely end the same. So for a
 * while nothing but a person or the schedule asks for one.
 */
export class Pause {
  readonly #now: () => number
  #until = Number.NEGATIVE_INFINITY

  /** @param now milliseconds of a clock that does not go back */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  begin(): void {
    this.#until = this.#now() + pauseMs
  }

  get isOn(): boolean {
    return this.#now() < this.#until
  }
}
