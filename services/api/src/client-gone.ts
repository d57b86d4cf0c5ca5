import type { FastifyReply } from 'fastify'
import { ProblemError } from './problem.ts'

/** Aborts when the caller hangs up before it has the answer. The reason is for the log: nobody is there to read it. */
export function clientGone({ raw }: FastifyReply): AbortSignal {
  const gone = new AbortController()
  const end = () => {
    if (raw.writableFinished) return
    gone.abort(new ProblemError(499, 'The caller has hung up.', { kind: 'caller-gone' }))
  }
  if (raw.destroyed) end()
  else raw.once('close', end)
  return gone.signal
}
