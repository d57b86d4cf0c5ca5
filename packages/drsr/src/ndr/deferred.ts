import { NdrError } from './type.ts'

/** Far more than a page of replication has; each costs memory while it waits. */
const MAX_POINTERS = 1_000_000

interface Task {
  readonly depth: number
  readonly run: () => void
}

/**
 * What pointers point to stands after the construction that holds them, and what is pointed to from there
 * follows before the next one (C706 section 14.3.12.3). A stack, not recursion: a linked list of a thousand
 * nodes is a thousand pointers deep.
 */
export class DeferredReferents {
  readonly #maxDepth: number
  readonly #stack: Task[] = []
  #found: Task[] = []
  #depth = 0
  #added = 0

  constructor(maxDepth: number) {
    this.#maxDepth = maxDepth
  }

  /** @throws NdrError when there are more pointers, or more hang one from another, than allowed */
  add(run: () => void): void {
    if (this.#depth >= this.#maxDepth) throw new NdrError(`more than ${this.#maxDepth} pointers in one chain`)
    this.#added += 1
    if (this.#added > MAX_POINTERS) throw new NdrError(`more than ${MAX_POINTERS} pointers`)
    this.#found.push({ depth: this.#depth + 1, run })
  }

  /** Runs what was added, and what is added meanwhile, in the order of the wire. */
  settle(): void {
    this.#stackFound()
    for (let task = this.#stack.pop(); task !== undefined; task = this.#stack.pop()) {
      this.#depth = task.depth
      task.run()
      this.#stackFound()
    }
    this.#depth = 0
  }

  #stackFound(): void {
    if (this.#found.length === 0) return
    for (let index = this.#found.length - 1; index >= 0; index -= 1) {
      const task = this.#found[index]
      if (task !== undefined) this.#stack.push(task)
    }
    this.#found = []
  }
}
