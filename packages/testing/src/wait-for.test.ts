import { expect, it } from 'vitest'
import { waitFor } from './wait-for.ts'

it('returns what it was waiting for, zero and the empty string included', async () => {
  const answers = [undefined, null, false, 0]
  expect(await waitFor(() => answers.shift(), { everyMs: 1 })).toBe(0)
  expect(await waitFor(() => '')).toBe('')
})

it('takes an exception for "not yet", and tells the last one', async () => {
  const refused = () => {
    throw new Error('connection refused')
  }
  const waiting = waitFor(refused, { timeoutMs: 20, everyMs: 1, describe: 'the server' })
  await expect(waiting).rejects.toThrow('waited 0.02 s in vain for the server; last seen: connection refused')
})

it('tells what it last saw', async () => {
  await expect(waitFor(() => false, { timeoutMs: 5, everyMs: 1 })).rejects.toThrow('last seen: false')
})
