import { Worker } from 'node:worker_threads'
import type { NtHash } from '../secrecy/nt-hash.ts'
import { type DeriveAnswer, type DeriveRequest, hashBytes } from './layout.ts'

/** Threads that derive what the tenant is given in place of passwords. */
export interface Derivation extends AsyncDisposable {
  /**
   * In the order of the hashes, which are overwritten. The buffers are the caller's, to overwrite after use.
   * @throws Error when a thread has ended: the process cannot go on
   */
  derive(hashes: readonly NtHash[]): Promise<Buffer[]>
}

/** So many at once: a message costs about as much as deriving one. */
const chunkSize = 64

export function startDerivation(workers: number): Derivation {
  const threads = Array.from({ length: workers }, () => startThread())
  let next = 0
  return {
    async derive(hashes) {
      const chunks: Promise<Buffer[]>[] = []
      for (let from = 0; from < hashes.length; from += chunkSize) {
        const thread = threads[next++ % threads.length]
        if (thread !== undefined) chunks.push(thread.derive(hashes.slice(from, from + chunkSize)))
      }
      const ends = await Promise.allSettled(chunks)
      const derived = ends.flatMap(end => (end.status === 'fulfilled' ? end.value : []))
      const failure = ends.find(end => end.status === 'rejected')
      if (failure === undefined) return derived
      for (const text of derived) text.fill(0)
      throw failure.reason
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(threads.map(thread => thread.end()))
    }
  }
}

interface Thread {
  derive(hashes: readonly NtHash[]): Promise<Buffer[]>
  end(): Promise<unknown>
}

interface Waiting {
  readonly resolve: (texts: Buffer[]) => void
  readonly reject: (error: Error) => void
  readonly count: number
}

function startThread(): Thread {
  const waiting = new Map<number, Waiting>()
  // What a thread writes is thrown away: nobody knows what the last words of a crash are.
  const worker = new Worker(new URL('./derive-worker.ts', import.meta.url), {
    name: 'derive',
    env: {},
    execArgv: [],
    stdout: true,
    stderr: true
  })
  worker.stdout.resume()
  worker.stderr.resume()
  let lastId = 0
  let hasEnded = false
  const fail = () => {
    hasEnded = true
    for (const { reject } of waiting.values()) reject(ended())
    waiting.clear()
  }
  worker.on('error', fail)
  worker.on('exit', fail)
  worker.on('message', ({ id, derived }: DeriveAnswer) => {
    const one = waiting.get(id)
    waiting.delete(id)
    one?.resolve(partsOf(derived, one.count))
  })
  worker.unref()
  return {
    derive(hashes) {
      if (hasEnded) {
        for (const hash of hashes) hash.forget()
        return Promise.reject(ended())
      }
      const { promise, resolve, reject } = Promise.withResolvers<Buffer[]>()
      const id = ++lastId
      waiting.set(id, { resolve, reject, count: hashes.length })
      const request: DeriveRequest = { id, hashes: joined(hashes) }
      worker.postMessage(request, [request.hashes])
      return promise
    },
    end: () => worker.terminate()
  }
}

function joined(hashes: readonly NtHash[]): ArrayBuffer {
  const buffer = new ArrayBuffer(hashes.length * hashBytes)
  for (const [position, hash] of hashes.entries())
    hash.moveTo(new Uint8Array(buffer, position * hashBytes, hashBytes))
  return buffer
}

function partsOf(derived: ArrayBuffer, count: number): Buffer[] {
  const bytes = derived.byteLength / count
  return Array.from({ length: count }, (_each, position) => Buffer.from(derived, position * bytes, bytes))
}

function ended(): Error {
  return new Error('A thread that derives hashes has ended.')
}
