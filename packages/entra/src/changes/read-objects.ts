import {
  type ObjectRead,
  type ObjectToRead,
  SetupError,
  ThrottledError,
  UnavailableError
} from '@opendirsync/contracts'
import { noAnswer } from '../errors.ts'
import { type Answer, isRecord, type Send } from '../transport/graph-request.ts'
import { attributesIn } from './told-object.ts'
import { unknownAmong } from './unknown-attributes.ts'

/**
 * Reads objects, each for itself. Those that could not be read now are not in the answer, nor are attributes that
 * Graph does not know.
 * @throws SetupError
 */
export async function readObjects(
  objects: readonly ObjectToRead[],
  send: Send
): Promise<Map<string, ObjectRead>> {
  const found = new Map<string, ObjectRead>()
  await Promise.all(
    objects.map(async object => {
      const read = await readObject(object, send).catch(orNothing)
      if (read !== undefined) found.set(object.entraId, read)
    })
  )
  return found
}

async function readObject(
  { entraId, objectType, attributes }: ObjectToRead,
  send: Send
): Promise<ObjectRead | undefined> {
  const selected = ['id', ...attributes].map(encodeURIComponent).join(',')
  const answer = await send({ method: 'GET', url: `/${objectType}s/${entraId}?$select=${selected}` })
  requireAnswer(answer)
  const unknown = unknownAmong(answer, attributes)
  if (unknown.length > 0) {
    const known = attributes.filter(name => !unknown.includes(name))
    return readObject({ entraId, objectType, attributes: known }, send)
  }
  if (answer.status === 200 && isRecord(answer.body)) {
    const none = Object.fromEntries(attributes.map(name => [name, null]))
    return { state: 'present', attributes: { ...none, ...attributesIn(answer.body, attributes) } }
  }
  if (answer.status !== 404) return undefined
  const inBin = await send({ method: 'GET', url: `/directory/deletedItems/${entraId}?$select=id` })
  requireAnswer(inBin)
  if (inBin.status === 200) return { state: 'deleted' }
  return inBin.status === 404 ? { state: 'gone' } : undefined
}

function requireAnswer(answer: Answer): void {
  const error = noAnswer(answer)
  if (error !== undefined) throw error
  if (answer.status !== 403) return
  throw new SetupError(
    'graph-permissions',
    'The application may not read the users and groups of the tenant. Grant it User.Read.All and Group.Read.All (or their ReadWrite forms), with admin consent.'
  )
}

function orNothing(error: unknown): undefined {
  if (error instanceof UnavailableError || error instanceof ThrottledError) return undefined
  throw error
}
