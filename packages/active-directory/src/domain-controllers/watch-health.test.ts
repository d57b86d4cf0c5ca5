import { UnavailableError } from '@opendirsync/contracts'
import { expect, it } from 'vitest'
import { type Pingable, watchHealth } from './watch-health.ts'

const lost = new UnavailableError('active-directory', 'lost')

function watched(ping: () => Promise<void>, pending: () => boolean = () => false) {
  const connection: Pingable = {
    server: 'dc2:636',
    get pending() {
      return pending()
    },
    ping
  }
  const stop = new AbortController()
  const ended = watchHealth(connection, { everyMs: 1, answerWithinMs: 20, signal: stop.signal })
  return { stop: () => stop.abort(), ended }
}

it('asks again and again until it is stopped', async () => {
  const third = Promise.withResolvers<void>()
  let pings = 0
  const { stop, ended } = watched(async () => {
    if (++pings === 3) third.resolve()
  })
  await third.promise
  stop()
  await expect(ended).resolves.toBeUndefined()
})

it('calls a controller slow that does not answer in time', async () => {
  const { ended } = watched(() => new Promise((_, reject) => setTimeout(() => reject(lost), 21)))
  await expect(ended).rejects.toThrow(/^dc2:636 is slow/)
  await expect(ended).rejects.toMatchObject({ name: 'UnavailableError', cause: lost })
})

it('calls a lost connection lost', async () => {
  const { ended } = watched(() => Promise.reject(lost))
  await expect(ended).rejects.toBe(lost)
})

it('asks nothing while an operation is under way', async () => {
  let looks = 0
  const { ended } = watched(
    () => Promise.reject(lost),
    () => ++looks < 5
  )
  await expect(ended).rejects.toBe(lost)
  expect(looks).toBe(5)
})
