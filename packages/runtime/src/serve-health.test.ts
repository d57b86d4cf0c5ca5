import { SetupError } from '@opendirsync/contracts'
import { expect, it } from 'vitest'
import { createHealth } from './health.ts'
import { serveHealth } from './serve-health.ts'

it('answers alive at once, and ready only while nothing is amiss', async () => {
  let broken = true
  const health = createHealth({
    database() {
      if (broken) throw new Error('the database does not answer')
    }
  })
  await using server = await serveHealth({ host: '127.0.0.1', port: 0, health })

  expect((await fetch(`${server.url}/healthz`)).status).toBe(200)
  const before = await fetch(`${server.url}/readyz`)
  expect(before.status).toBe(503)
  expect(await before.json()).toEqual({
    status: 'not ready',
    problems: { database: 'the database does not answer' }
  })
  broken = false
  expect((await fetch(`${server.url}/readyz`)).status).toBe(200)
  expect((await fetch(`${server.url}/other`)).status).toBe(404)
})

it('says which variables to change when the address is taken', async () => {
  const health = createHealth()
  await using server = await serveHealth({ host: '127.0.0.1', port: 0, health })
  const port = Number(new URL(server.url).port)
  await expect(serveHealth({ host: '127.0.0.1', port, health })).rejects.toThrow(SetupError)
})
