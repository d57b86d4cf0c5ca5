import { PermanentError } from '@opendirsync/contracts'

/** Staging mode refused a write. Nothing left this process. */
export class HeldBackError extends PermanentError {
  constructor() {
    super('Staging mode: nothing was sent to the synchronization service. Leave staging mode to write.')
  }
}

const reads: ReadonlySet<string> = new Set(['GetCompanyConfiguration'])

/** True for whatever may change the tenant: all but the operations that are known to read. */
export function isUnsafe(operation: string): boolean {
  return !reads.has(operation)
}
