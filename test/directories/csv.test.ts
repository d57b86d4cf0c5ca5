import type { Run } from '@opendirsync/contracts'
import { type SambaDomain, type System, startSambaDomain, startSystem, waitFor } from '@opendirsync/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { agreement } from '../support/agreement.ts'
import { Directory } from '../support/directory.ts'
import { temporaryFolder } from './folder.ts'
import { crowd, namesOf, type PersonLine, peopleFile, upnOf } from './people-file.ts'
import { patience, type View, viewOf } from './view.ts'

/** Each is a directory of its own, so that no test sees the people of another. */
const uploaded = ['arriving', 'previewed', 'faulty', 'leaving', 'shrinking', 'repeated', 'unusable'] as const
type Uploaded = (typeof uploaded)[number]

const deleteThreshold = 15
const stack = new AsyncDisposableStack()
const watched = stack.use(temporaryFolder())
const both = stack.use(temporaryFolder())
let domain: SambaDomain
let system: System
let view: View

beforeAll(async () => {
  domain = stack.use(await startSambaDomain())
  const settings = { kind: 'csv', anchorColumn: 'Employee number', pollSeconds: 1 }
  system = stack.use(
    await startSystem({
      domain,
      connectors: [
        { name: 'corp', domain },
        ...uploaded.map(name => ({ ...settings, name })),
        { ...settings, name: 'watched', folder: watched.path },
        { ...settings, name: 'both', folder: both.path }
      ],
      environment: { DELETE_THRESHOLD: String(deleteThreshold) }
    })
  )
  view = stack.use(viewOf(system))
  // Before the first file, so that the writes that are counted later are those of the files.
  await agreement(domain, system.emulator.graph, patience.timeoutMs)
  await view.quiet()
})
afterAll(() => stack.disposeAsync())

async function upload(connector: Uploaded | 'both', content: string, query = ''): Promise<Run> {
  const { status, headers, body } = await view.call(
    'POST',
    `/v1/connectors/${connector}/files${query}`,
    content
  )
  expect({ status, body }).toMatchObject({ status: 202 })
  const { id } = body as Run
  expect(headers.get('location')).toBe(`/v1/runs/${id}`)
  return view.ended(id)
}

async function findingsOf(
  run: Run
): Promise<{ line: number; code: string; column?: string; message: string }[]> {
  const { body } = await view.call('GET', `/v1/runs/${run.id}/findings?limit=100`)
  return (body as { findings: { line: number; code: string; message: string }[] }).findings
}

async function untilHeld(deletes: number): Promise<void> {
  const held = async () =>
    ((await view.call('GET', '/v1/summary')).body as { heldDeletes: number }).heldDeletes
  await waitFor(async () => (await held()) === deletes, {
    ...patience,
    describe: `${deletes} deletes to be held`
  })
}

it('brings the people of a file into the tenant, beside those of a domain', async () => {
  await using directory = await Directory.open(domain)
  await directory.addUser('Dave Domain', { userPrincipalName: upnOf('dave') })
  const run = await upload(
    'arriving',
    peopleFile([
      {
        number: 'E1',
        first: 'Ada',
        last: 'Boss',
        title: 'Head',
        department: 'Engines',
        phone: '+44 20 7946 0000'
      },
      { number: 'E2', first: 'Bob', last: 'Müller & Sons', manager: 'E1', active: 'no' },
      { number: 'E3', first: 'Cy', manager: 'E2' }
    ]),
    '?fileName=march.csv'
  )
  expect(run).toMatchObject({
    connector: 'arriving',
    mode: 'full',
    state: 'completed',
    preview: false,
    counters: { reported: 3, staged: 3, deleted: 0 },
    findings: 0
  })
  await view.untilPresent(['ada', 'bob', 'cy', 'dave'], ['ada', 'bob', 'cy', 'dave'])
  const [ada, bob, cy] = await waitFor(
    async () => {
      const found = await Promise.all(['ada', 'bob', 'cy'].map(name => view.user(upnOf(name))))
      return found[1]?.manager !== undefined && found[2]?.manager !== undefined && found
    },
    { ...patience, describe: 'the managers' }
  )
  expect(ada).toMatchObject({
    displayName: 'Ada Boss',
    givenName: 'Ada',
    surname: 'Boss',
    jobTitle: 'Head',
    department: 'Engines',
    businessPhones: ['+44 20 7946 0000'],
    accountEnabled: true
  })
  expect(bob).toMatchObject({
    displayName: 'Bob Müller & Sons',
    accountEnabled: false,
    manager: { id: ada?.id }
  })
  expect(cy).toMatchObject({ jobTitle: null, manager: { id: bob?.id } })
})

it('changes nothing with a preview, and counts what the import then does', async () => {
  const before: PersonLine[] = [
    { number: 'P1', first: 'Pat' },
    { number: 'P2', first: 'Pia' }
  ]
  await upload('previewed', peopleFile(before))
  await view.quiet()
  await system.emulator.resetRequests()
  const after = peopleFile([
    { number: 'P1', first: 'Pat', title: 'Changed' },
    { number: 'P3', first: 'Poe' },
    { number: 'P4', first: 'Pru', active: 'perhaps' }
  ])

  const preview = await upload('previewed', after, '?preview=true')
  await view.quiet()
  expect(preview).toMatchObject({ state: 'completed', preview: true, findings: 1 })
  expect((await system.emulator.requests()).writes).toBe(0)
  expect(await view.presentAmong(['pat', 'pia', 'poe'])).toEqual(['pat', 'pia'])
  expect(await view.user(upnOf('pat'))).toMatchObject({ jobTitle: null })

  const real = await upload('previewed', after)
  expect(real.counters).toEqual(preview.counters)
  expect(real.counters).toMatchObject({ reported: 2, deleted: 1 })
  await view.untilPresent(['pat', 'poe'], ['pat', 'pia', 'poe', 'pru'])
})

it('reports lines that cannot be used by their numbers; the others go on, and nobody known is deleted', async () => {
  const among = ['fay', 'finn', 'flo', 'fox', 'nobody']
  const [fay, finn] = [
    { number: 'F1', first: 'Fay' },
    { number: 'F2', first: 'Finn' }
  ] as const
  await upload('faulty', peopleFile([fay, finn]))
  await view.untilPresent(['fay', 'finn'], among)

  const run = await upload(
    'faulty',
    peopleFile(
      [
        { ...fay, title: 'Fine' },
        { ...finn, active: 'sometimes' },
        { number: 'F3', first: 'Flo' }
      ],
      ['F4;too;few', 'F5;Fox;Sample;fox@corp.example.test;;;;yes;']
    )
  )
  expect(run).toMatchObject({ state: 'completed', findings: 2, counters: { reported: 3, deleted: 0 } })
  expect(await findingsOf(run)).toMatchObject([
    { line: 3, code: 'account-state-unknown', column: 'Active' },
    { line: 5, code: 'wrong-column-count' }
  ])
  await view.untilPresent(['fay', 'finn', 'flo', 'fox'], among)
  await waitFor(async () => (await view.user(upnOf('fay')))?.jobTitle === 'Fine', patience)

  // The line without a number may be about any of those who are missing.
  const doubtful = await upload(
    'faulty',
    peopleFile([fay], [';Nobody;Sample;nobody@corp.example.test;;;;yes;'])
  )
  expect(doubtful).toMatchObject({ state: 'completed', counters: { reported: 1, deleted: 0 } })
  expect(await findingsOf(doubtful)).toMatchObject([
    { line: 3, code: 'missing-anchor', column: 'Employee number' },
    { code: 'nobody-deleted' }
  ])
  await waitFor(async () => (await view.user(upnOf('fay')))?.jobTitle === null, patience)
  expect(await view.presentAmong(among)).toEqual(['fay', 'finn', 'flo', 'fox'])
})

it('fails a run whose file cannot be used, and keeps everybody', async () => {
  await upload('unusable', peopleFile([{ number: 'U1', first: 'Uma' }]))
  await view.untilPresent(['uma'], ['uma'])
  const run = await upload('unusable', 'Number;Name\r\n1;Uma\r\n')
  expect(run).toMatchObject({ state: 'failed', error: expect.stringContaining('Employee number') })
  const delta = await view.import('delta', 'unusable')
  expect(delta).toMatchObject({ state: 'failed', error: expect.stringContaining('Ask for a full import') })
  await view.quiet()
  expect(await view.presentAmong(['uma'])).toEqual(['uma'])
})

it('deletes who is missing from the next file, and brings back who returns', async () => {
  const [lea, leo] = [
    { number: 'L1', first: 'Lea' },
    { number: 'L2', first: 'Leo' }
  ] as const
  await upload('leaving', peopleFile([lea, leo]))
  await view.untilPresent(['lea', 'leo'], ['lea', 'leo'])
  const before = await view.user(upnOf('leo'))

  expect(await upload('leaving', peopleFile([lea]))).toMatchObject({ counters: { deleted: 1 } })
  await view.untilPresent(['lea'], ['lea', 'leo'])

  await upload('leaving', peopleFile([lea, leo]))
  await view.untilPresent(['lea', 'leo'], ['lea', 'leo'])
  expect((await view.user(upnOf('leo')))?.id).toBe(before?.id)
})

it('refuses a file that lost most of its lines, and lets no wave of deletes pass unseen', async () => {
  const everybody = crowd(40, 'sid')
  const few = peopleFile(everybody.slice(0, 10))
  await upload('shrinking', peopleFile(everybody))
  await view.untilPresent(namesOf(everybody), namesOf(everybody))

  const refused = await upload('shrinking', few)
  expect(refused).toMatchObject({ state: 'failed', error: expect.stringContaining('acceptVanished') })
  await view.quiet()
  expect(await view.presentAmong(namesOf(everybody))).toHaveLength(40)

  const accepted = await upload('shrinking', few, '?acceptVanished=true')
  expect(accepted).toMatchObject({ state: 'completed', counters: { deleted: 30 } })
  await untilHeld(30)
  await view.quiet()
  expect(await view.presentAmong(namesOf(everybody))).toHaveLength(40)

  await system.emulator.resetRequests()
  await upload('shrinking', peopleFile(everybody))
  await untilHeld(0)
  await view.quiet()
  expect((await system.emulator.requests()).writes).toBe(0)
})

it('writes nothing when the same file is handed in again', async () => {
  const content = peopleFile([
    { number: 'R1', first: 'Rex' },
    { number: 'R2', first: 'Rita', manager: 'R1' }
  ])
  await upload('repeated', content)
  await view.quiet()
  await system.emulator.resetRequests()
  const again = await upload('repeated', content)
  await view.quiet()
  expect(again).toMatchObject({
    state: 'completed',
    counters: { reported: 2, staged: 0, unchanged: 2, deleted: 0 }
  })
  expect((await system.emulator.requests()).writes).toBe(0)
})

it('imports each file of a watched folder once', async () => {
  const wes = { number: 'W1', first: 'Wes' }
  await watched.drop('monday.csv', peopleFile([wes]), 60)
  await view.untilPresent(['wes'], ['wes', 'wanda'])
  await watched.drop('tuesday.csv', peopleFile([wes, { number: 'W2', first: 'Wanda' }]), 30)
  await view.untilPresent(['wes', 'wanda'], ['wes', 'wanda'])

  // Older than what was imported, so it is not the directory.
  await watched.drop('older.csv', peopleFile([]), 90)
  // Whoever asks for an import has the newest file read once more. The folder is looked at after each request.
  const asked = await view.import('full', 'watched')
  expect(asked).toMatchObject({ state: 'completed', counters: { reported: 2, staged: 0 } })
  await view.import('full', 'watched')
  const runs = await view.runs('watched')
  expect(runs.filter(({ trigger }) => trigger === 'folder').map(({ reason }) => reason)).toEqual([
    'tuesday.csv',
    'monday.csv'
  ])
  expect(await view.presentAmong(['wes', 'wanda'])).toEqual(['wes', 'wanda'])
})

it('does not go back to an older file of the folder after one was handed in, not even after a start', async () => {
  const among = ['old', 'new', 'next']
  await both.drop('old.csv', peopleFile([{ number: 'B1', first: 'Old' }]), 60)
  await view.untilPresent(['old'], among)
  await upload('both', peopleFile([{ number: 'B2', first: 'New' }]))
  await view.untilPresent(['new'], among)

  await system.service('import').stop()
  await (await system.start('import')).ready(patience.timeoutMs)
  // What is asked for comes after the first look into the folder, and begins with another one.
  await view.import('delta', 'both')
  await view.import('delta', 'both')
  await view.quiet()
  expect(await view.presentAmong(among)).toEqual(['new'])

  await both.drop('next.csv', peopleFile([{ number: 'B3', first: 'Next' }]), 0)
  await view.untilPresent(['next'], among)
})
