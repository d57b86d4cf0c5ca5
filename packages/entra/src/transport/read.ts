import { noAnswer } from '../errors.ts'
import type { Send } from './graph-request.ts'

/**
 * The body of what is there; undefined when it is not there, or may not be read.
 * @throws ThrottledError, UnavailableError, SetupError when the answer says nothing about that
 */
export async function read(url: string, send: Send): Promise<unknown> {
  const answer = await send({ method: 'GET', url })
  const error = noAnswer(answer)
  if (error !== undefined) throw error
  return answer.status === 200 ? answer.body : undefined
}
