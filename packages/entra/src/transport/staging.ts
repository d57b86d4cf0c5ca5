import { PermanentError } from '@opendirsync/contracts'
import { isRecord } from './graph-request.ts'

/** Staging mode refused a write. Nothing left this process. */
export class HeldBackError extends PermanentError {
  constructor() {
    super('Staging mode: the write was not sent. It stays pending until staging mode is left.')
  }
}

/** True for whatever may change the tenant. A batch is safe when all of its requests only read. */
export function isUnsafe(url: string, method: string | undefined, body: unknown): boolean {
  if (method === 'GET' || method === 'HEAD') return false
  return !(method === 'POST' && new URL(url).pathname.endsWith('/$batch') && readsOnly(body))
}

function readsOnly(body: unknown): boolean {
  if (typeof body !== 'string') return false
  const batch: unknown = JSON.parse(body)
  if (!isRecord(batch) || !Array.isArray(batch.requests)) return false
  return batch.requests.every(request => isRecord(request) && request.method === 'GET')
}
