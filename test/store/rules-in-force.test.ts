import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RulesChangedError, RulesConflictError } from '@opendirsync/store'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { watchRulesFile } from '../../services/transform/src/rules-file.ts'
import { connector, rules, type StoreFixture, stage, storeFixture, takeThrough, user } from './fixtures.ts'

const keepOut = 'version: 1\nrules: []\n'

describe('the rules in force', () => {
  let fixture: StoreFixture
  let folder: string
  let path: string
  const versions: string[] = []
  const log = { info: () => {}, warn: (_fields: object, text: string) => versions.push(text) }

  beforeEach(async () => {
    fixture = await storeFixture()
    folder = await mkdtemp(join(tmpdir(), 'rules-'))
    path = join(folder, 'rules.yaml')
    await writeFile(path, keepOut)
  })
  afterEach(async () => {
    await fixture[Symbol.asyncDispose]()
    await rm(folder, { recursive: true })
  })

  const look = () => watchRulesFile({ path, apply: 'review' }, { store: fixture.store, log: log as never })()

  it('are those of the file before anything was decided, although an importer was faster', async () => {
    await fixture.store.rules.chooseSourceAnchor('object-guid')
    await stage(fixture.store, [user('Ada')])
    await look()
    expect(await fixture.store.rules.inForce()).toMatchObject({ text: keepOut, sourceAnchor: 'object-guid' })
  })

  it('let every object be looked at again when the program has other default rules', async () => {
    await fixture.store.rules.haveDefaults('one')
    await takeThrough(fixture.store, [user('Ada')])
    await fixture.store.rules.haveDefaults('one')
    expect(await fixture.store.resyncs.current()).toBeUndefined()
    await fixture.store.rules.haveDefaults('two')
    expect(await fixture.store.resyncs.current()).toMatchObject({ all: true, touched: 0 })
  })

  it('stay when the file changes later, until somebody has looked at it', async () => {
    await takeThrough(fixture.store, [user('Ada')])
    await look()
    expect(await fixture.store.rules.inForce()).toMatchObject({ text: undefined, revision: 0 })
    expect(await fixture.store.rules.versions({ limit: 10 })).toHaveLength(1)
  })

  it('count for a whole message: who comes with others begins anew', async () => {
    const { store } = fixture
    const ada = user('Ada')
    await stage(store, [ada])
    await store.rules.apply(undefined, 0)
    const message = { connector, objectGuids: [ada.objectGuid], rules }
    await expect(store.metaverse.synchronise({ ...message, rulesRevision: 0 })).rejects.toThrow(
      RulesChangedError
    )
    expect(await store.metaverse.synchronise({ ...message, rulesRevision: 1 })).toMatchObject({
      synchronised: 1
    })
    await expect(store.rules.apply(undefined, 0)).rejects.toThrow(RulesConflictError)
  })

  it('are compared with the version before; with every object when that one had not been gone through', async () => {
    const { store } = fixture
    const [ada, bob] = [user('Ada'), user('Bob')]
    await takeThrough(store, [ada, bob])
    const [one, two] = [await store.rules.propose('one', 'test'), await store.rules.propose('two', 'test')]
    await store.rules.apply(one, undefined)
    expect(await store.resyncs.current()).toMatchObject({ from: undefined, to: 'one', all: false })
    const [guid = ''] = [ada.objectGuid, bob.objectGuid].toSorted()
    const first = { connector, objectGuid: guid }
    expect(await store.resyncs.touch({ revision: 1, objects: [first], after: guid })).toBe(true)
    await store.rules.apply(two, undefined)
    expect(await store.resyncs.current()).toMatchObject({
      from: 'one',
      to: 'two',
      all: true,
      after: undefined
    })
    expect(await store.resyncs.touch({ revision: 1, objects: [first], after: undefined })).toBe(false)
    // Nothing was published: what was touched is pending all the same.
    expect(await store.pending.staged(10)).toEqual([first])
    expect(await store.resyncs.touch({ revision: 2, objects: [], after: undefined })).toBe(true)
    expect(await store.resyncs.current()).toBeUndefined()
    await store.rules.apply(undefined, undefined)
    expect(await store.resyncs.current()).toMatchObject({ from: 'two', to: undefined, all: false })
  })
})

describe('what the tenant has', () => {
  let fixture: StoreFixture
  beforeEach(async () => {
    fixture = await storeFixture()
  })
  afterEach(() => fixture[Symbol.asyncDispose]())

  it('is whole after two have listed it side by side', async () => {
    const { tenant } = fixture.store
    await tenant.remember({ tenantId: 't', displayName: 'T', initialDomain: 'd', verifiedDomains: [] })
    const one = {
      entraId: crypto.randomUUID(),
      objectType: 'user',
      displayName: null,
      userPrincipalName: 'a@x.test',
      immutableId: null,
      keys: [{ space: 'address', value: 'a@x.test' }]
    } as const
    const [slow, fast] = [await tenant.beginSnapshot(), await tenant.beginSnapshot()]
    await tenant.addToSnapshot(fast, [one, one])
    await tenant.addToSnapshot(slow, [one])
    await tenant.endSnapshot(fast)
    await tenant.endSnapshot(slow)
    expect(await fixture.query('select entra_id from tenant_object', [])).toEqual([{ entra_id: one.entraId }])
  })
})
