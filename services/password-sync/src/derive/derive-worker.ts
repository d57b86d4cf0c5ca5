import { parentPort } from 'node:worker_threads'
import { derivePph1 } from '@opendirsync/sync-service'
import { type DeriveAnswer, type DeriveRequest, hashBytes } from './layout.ts'

const port = parentPort
if (port === null) throw new Error('This file is the code of a thread.')

port.on('message', ({ id, hashes }: DeriveRequest) => {
  const given = Buffer.from(hashes)
  const texts: Buffer[] = []
  for (let from = 0; from < given.length; from += hashBytes) {
    const hash = given.subarray(from, from + hashBytes)
    texts.push(derivePph1(hash))
    hash.fill(0)
  }
  const derived = new ArrayBuffer(texts.reduce((sum, { length }) => sum + length, 0))
  const target = Buffer.from(derived)
  let at = 0
  for (const text of texts) {
    at += text.copy(target, at)
    text.fill(0)
  }
  const answer: DeriveAnswer = { id, derived }
  port.postMessage(answer, [derived])
})
