import { SetupError, UnavailableError } from '@opendirsync/contracts'
import { expect, it } from 'vitest'
import { CandidateList } from './candidate-list.ts'
import type { Candidate } from './find-candidates.ts'

const candidate = (url: string): Candidate => ({ url, endpoints: async () => [{ url }] })

function listWith() {
  const state = { now: 0, asked: 0, answer: (): readonly Candidate[] => [candidate(`dc${state.asked}`)] }
  const find = async () => {
    state.asked++
    return state.answer()
  }
  const list = new CandidateList(find, () => state.now)
  const urls = async (how: 'read' | 'readAgain' = 'read') => (await list[how]()).map(({ url }) => url)
  return { state, urls }
}

it('asks again after a minute, and at once when told to', async () => {
  const { state, urls } = listWith()
  expect(await urls()).toEqual(['dc1'])
  state.now = 59_999
  expect(await urls()).toEqual(['dc1'])
  state.now = 60_000
  expect(await urls()).toEqual(['dc2'])
  expect(await urls('readAgain')).toEqual(['dc3'])
})

it('keeps its answer while DNS is silent, and no longer', async () => {
  const { state, urls } = listWith()
  const failWith = (error: Error) => {
    state.answer = () => {
      throw error
    }
  }
  await urls()
  failWith(new UnavailableError('active-directory', 'silent'))
  expect(await urls('readAgain')).toEqual(['dc1'])
  failWith(new SetupError('ad-dns', 'no such domain'))
  await expect(urls('readAgain')).rejects.toMatchObject({ code: 'ad-dns' })
})

it('has nothing to keep at first', async () => {
  const { state, urls } = listWith()
  state.answer = () => {
    throw new UnavailableError('active-directory', 'silent')
  }
  await expect(urls()).rejects.toBeInstanceOf(UnavailableError)
})
