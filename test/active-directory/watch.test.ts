import {
  connectDirectory,
  type DirectoryConnection,
  restoreDeleted,
  watch
} from '@opendirsync/active-directory'
import { UnavailableError } from '@opendirsync/contracts'
import { waitFor } from '@opendirsync/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { addUser, type DomainFixture, guidOf, readChanges, startDomainFixture } from './domain-fixture.ts'

describe('a watch on a domain', () => {
  let fixture: DomainFixture
  let connection: DirectoryConnection
  let seen: number
  const onChange = () => {
    seen++
  }

  beforeAll(async () => {
    fixture = await startDomainFixture()
  })
  afterAll(async () => {
    await fixture[Symbol.asyncDispose]()
  })
  beforeEach(async () => {
    seen = 0
    connection = await connectDirectory(fixture.server)
  })

  /** Waits for the change that `act` makes to be told. */
  async function expectNews(act: () => Promise<unknown>): Promise<void> {
    const before = seen
    await act()
    await waitFor(() => seen > before, { timeoutMs: 5_000, everyMs: 5, describe: 'a notification' })
  }

  it('tells additions, changes, deletions and restores, beside other work on the connection', async () => {
    const stop = new AbortController()
    const { ended } = await watch(connection, fixture.domain.baseDn, onChange, stop.signal)
    let dn = ''
    await expectNews(async () => {
      dn = await addUser(fixture)
    })
    const guid = await guidOf(fixture, dn)
    await expectNews(() =>
      connection.modify(dn, [{ operation: 'replace', attribute: 'description', values: ['x'] }])
    )
    const { changes } = await readChanges(connection, {
      namingContext: fixture.domain.baseDn,
      attributes: ['description']
    })
    expect(changes.find(change => change.dn === dn)?.attributes).toEqual({ description: ['x'] })
    await expectNews(() => fixture.connection.delete(dn))
    await expectNews(() => restoreDeleted(fixture.connection, guid, dn))

    stop.abort()
    await ended
    await connection[Symbol.asyncDispose]()
  })

  it('misses nothing that changes after it has begun', async () => {
    const dn = await addUser(fixture)
    // More rounds than one connection may have watches: each must have ended at the server too.
    for (let round = 0; round < 7; round++) {
      const stop = new AbortController()
      const { ended } = await watch(connection, fixture.domain.baseDn, onChange, stop.signal)
      const description = { operation: 'replace', attribute: 'description', values: [`${round}`] } as const
      await expectNews(() => fixture.connection.modify(dn, [description]))
      stop.abort()
      await ended
    }
    await connection[Symbol.asyncDispose]()
  })

  it('ends with an error when the connection is lost, also for whoever does not look', async () => {
    const { ended } = await watch(connection, fixture.domain.baseDn, onChange, new AbortController().signal)
    await fixture.domain.kill9()
    await expect(ended).rejects.toBeInstanceOf(UnavailableError)
    await fixture.domain.start()
  })

  it('fails when the server refuses it: the sixth on one connection', async () => {
    const begin = () => watch(connection, fixture.domain.baseDn, onChange, new AbortController().signal)
    for (let count = 0; count < 5; count++) await begin()
    await expect(begin()).rejects.toThrow(/answered 11/)
    await connection[Symbol.asyncDispose]()
  })
})
