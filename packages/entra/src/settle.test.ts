import { SetupError, ThrottledError, type WriteOutcome } from '@opendirsync/contracts'
import { expect, it } from 'vitest'
import { settleAll } from './settle.ts'

async function settle(errors: Readonly<Record<string, Error | undefined>>) {
  const outcomes = new Map<string, WriteOutcome>()
  const names = Object.keys(errors)
  await settleAll(
    names,
    async name => {
      const error = errors[name]
      if (error !== undefined) throw error
      outcomes.set(name, { result: 'written', operation: 'create' })
    },
    (name, outcome) => outcomes.set(name, outcome)
  )
  return outcomes
}

it('a fault at one object is the state of that one, and the others go on', async () => {
  const outcomes = await settle({ ann: undefined, bob: new TypeError('bad'), cy: undefined })
  expect(outcomes.get('bob')).toMatchObject({
    result: 'refused',
    problem: { code: 'exporter-fault', message: expect.stringContaining('TypeError: bad') }
  })
  expect([...outcomes.values()].filter(({ result }) => result === 'written')).toHaveLength(2)
})

it('what can be waited out is for later', async () => {
  const outcomes = await settle({ ann: new ThrottledError('slow', 300) })
  expect(outcomes.get('ann')).toMatchObject({ result: 'later', retryAfterMs: 300, cause: 'throttled' })
})

it('what is wrong for all is thrown', async () => {
  await expect(settle({ ann: undefined, bob: new SetupError('graph-credentials', 'no') })).rejects.toThrow(
    SetupError
  )
})
