/** The scope has been changed since it was read: read it again, and decide again. */
export class ScopeConflictError extends Error {
  override readonly name = 'ScopeConflictError'
  readonly revision: number

  constructor(connector: string, revision: number) {
    super(
      `The scope of ${connector} has been changed since it was read: its revision is ${revision} now. Read it again, and apply your change to that.`
    )
    this.revision = revision
  }
}

export interface ScopeFault {
  /** Where in the input, as a JSON pointer: `/containers/include/0`. */
  readonly pointer: string
  /** What is wrong and what to do. */
  readonly detail: string
}

/** Something in the scope's input does not fit what was imported. All faults are told at once. */
export class ScopeFaultyError extends Error {
  override readonly name = 'ScopeFaultyError'
  readonly faults: readonly ScopeFault[]

  constructor(faults: readonly ScopeFault[]) {
    super(faults.map(({ detail }) => detail).join(' '))
    this.faults = faults
  }
}
