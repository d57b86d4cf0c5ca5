import { CookieRefusedError, SetupError, UnavailableError } from '@opendirsync/contracts'
import { connectReplication, type ReplicatedObject } from '@opendirsync/drsr'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type Reader,
  type ReplicationFixture,
  readAll,
  startReplicationFixture
} from './replication-fixture.ts'

let fixture: ReplicationFixture

beforeAll(async () => {
  fixture = await startReplicationFixture([{ name: 'anna', password: 'Anna.Pass.1' }])
})

afterAll(async () => {
  await fixture?.[Symbol.asyncDispose]()
})

describe('an account that lacks a right', () => {
  const cases: [Reader, string][] = [
    [
      'withoutAll',
      'grant the service account "Replicating Directory Changes All" on DC=corp,DC=example,DC=test.'
    ],
    [
      'neither',
      'grant the service account "Replicating Directory Changes" and "Replicating Directory Changes All" on ' +
        'DC=corp,DC=example,DC=test.'
    ]
  ]
  it.each(cases)('%s hears which one', async (reader, message) => {
    await using replication = await fixture.connect(reader)
    const anna = { dn: `CN=anna,OU=Staff,${fixture.domain.baseDn}` }
    for (const attempt of [readAll(replication, fixture), replication.object(anna)]) {
      const error = await rejected(attempt)
      expect(error).toBeInstanceOf(SetupError)
      expect(error).toMatchObject({ code: 'ad-replication-rights' })
      expect(error.message).toContain(message)
    }
    // The connection is as good as before.
    expect(await replication.namingContexts()).toContain(fixture.domain.baseDn)
  })
})

it('a wrong password is called so, and not repeated', async () => {
  const account = { ...fixture.reader('both'), password: 'Wrong.Pass.77' }
  const error = await rejected(connectReplication({ controller: { host: fixture.domain.host }, account }))
  expect(error).toMatchObject({ name: 'SetupError', code: 'ad-credentials' })
  expect(error.message).not.toContain('Wrong')
})

describe('a question that cannot be answered', () => {
  it('of a naming context that is not there says so', async () => {
    await using replication = await fixture.connect()
    const error = await rejected(
      replication.changes({ namingContext: 'DC=other,DC=test' })[Symbol.asyncIterator]().next()
    )
    expect(error).toMatchObject({ name: 'SetupError', code: 'ad-naming-context' })
    expect(error.message).toMatch(/DC=other,DC=test: it holds no naming context of that name/)
  })

  it('from a cursor of something else is refused', async () => {
    await using replication = await fixture.connect()
    expect(await rejected(readAll(replication, fixture, 'AAAA'))).toBeInstanceOf(CookieRefusedError)
  })
})

describe('a controller', () => {
  it('that is not there is unavailable', async () => {
    const controller = { host: '127.0.0.1', port: 1 }
    const error = await rejected(connectReplication({ controller, account: fixture.reader('both') }))
    expect(error).toBeInstanceOf(UnavailableError)
  })

  it('that freezes is late, and its answer is not waited for', async () => {
    const { domain, reader } = fixture
    await using replication = await connectReplication({
      controller: { host: domain.host },
      account: reader('both'),
      timeoutMs: 1500
    })
    domain.freeze()
    try {
      expect(await rejected(readAll(replication, fixture))).toBeInstanceOf(UnavailableError)
    } finally {
      domain.thaw()
    }
  })

  it('that is left by its caller is left at once', async () => {
    const { domain } = fixture
    await using replication = await fixture.connect()
    const signal = AbortSignal.abort(new Error('stopping'))
    const changes = replication.changes({ namingContext: domain.baseDn, signal })
    expect((await rejected(changes[Symbol.asyncIterator]().next())).message).toBe('stopping')
  })

  it('that dies in mid-stream leaves a cursor from which nothing is lost', async () => {
    const { domain } = fixture
    const replication = await fixture.connect()
    const whole = guids((await readAll(replication, fixture)).objects)
    const pages = replication
      .changes({ namingContext: domain.baseDn, maxObjects: 50 })
      [Symbol.asyncIterator]()
    const first = await pages.next()
    if (first.done === true) throw new Error('there was no page')
    await domain.kill9()
    expect(await rejected(pages.next())).toBeInstanceOf(UnavailableError)
    await replication[Symbol.asyncDispose]()
    await domain.start()
    await using again = await fixture.connect()
    const rest = await readAll(again, fixture, first.value.cursor)
    // Samba goes through a pass that was interrupted from its start; what was read comes twice.
    expect(new Set([...guids(first.value.objects), ...guids(rest.objects)])).toEqual(new Set(whole))
    expect((await readAll(again, fixture, rest.cursor)).objects).toEqual([])
  })
})

function guids(objects: readonly ReplicatedObject[]): string[] {
  return objects.map(({ objectGuid }) => objectGuid)
}

async function rejected(promise: Promise<unknown>): Promise<Error> {
  const error = await promise.then(
    () => undefined,
    reason => reason
  )
  if (error instanceof Error) return error
  throw new Error('it was not refused')
}
