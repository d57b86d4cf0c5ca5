import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type SambaDomain,
  type Service,
  type System,
  startSambaDomain,
  startSystem,
  waitFor
} from '@opendirsync/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Directory } from '../support/directory.ts'
import { temporaryFolder } from './folder.ts'
import { upnOf } from './people-file.ts'
import { rulesOverApi } from './rules-api.ts'
import { patience, type View, viewOf } from './view.ts'

const stack = new AsyncDisposableStack()
const folder = stack.use(temporaryFolder())
const file = join(folder.path, 'own-rules.yaml')
const among = ['ann', 'ben', 'cat']
let domain: SambaDomain
let system: System
let view: View

beforeAll(async () => {
  domain = stack.use(await startSambaDomain())
  const directory = stack.use(await Directory.open(domain))
  for (const name of among) await directory.addUser(name, { userPrincipalName: upnOf(name), title: name })
  system = stack.use(await startSystem({ domain, services: ['api', 'import', 'export'] }))
  view = stack.use(viewOf(system))
})
afterAll(() => stack.disposeAsync())

/** Rules that keep one person out. */
function without(title: string): string {
  return `version: 1
rules:
  - name: One of us stays out
    objectType: user
    precedence: 10
    scope: [[{ attribute: title, operator: equals, value: ${title} }]]
    exclude: { reason: Not today }
`
}

/** As an editor saves it: the file is there, whole, at any time. */
async function save(text: string): Promise<void> {
  await writeFile(`${file}.new`, text)
  await rename(`${file}.new`, file)
}

function follow(apply: 'review' | 'at-once'): Promise<Service> {
  return system.start('transform', { RULES_FILE: file, RULES_APPLY: apply })
}

interface Version {
  readonly version: number
  readonly author: string
  readonly inForce: boolean
  readonly appliedAt?: string
}

async function versions(): Promise<Version[]> {
  const { body } = await view.call('GET', '/v1/rules/versions')
  return (body as { versions: Version[] }).versions
}

const newest = async () => (await versions())[0]

async function untilSaid(service: Service, text: string): Promise<void> {
  await waitFor(() => service.log().some(({ msg }) => msg?.includes(text)), {
    ...patience,
    describe: `${service.name} to say: ${text}`
  })
}

it('follows the file: nothing before it is right, changes by review or at once, faults change nothing', async () => {
  await save(`${without('ann')}  - nonsense: yes\n`)
  const transform = await follow('review')
  const problem = await waitFor(async () => (await transform.problems())['the file of rules'], {
    ...patience,
    describe: 'the fault to be told'
  })
  expect(problem).toMatch(/line 8\b.*nonsense/s)
  await waitFor(
    async () =>
      (await view.runs(domain.dnsName)).some(({ mode, state }) => mode === 'full' && state === 'completed'),
    { ...patience, describe: 'the domain to be imported' }
  )
  expect((await system.emulator.requests()).writes).toBe(0)
  expect(await versions()).toEqual([])

  await save(without('ann'))
  await view.untilPresent(['ben', 'cat'], among)
  await view.quiet()
  expect(await newest()).toMatchObject({ version: 1, author: 'file', inForce: true })
  expect(await view.presentAmong(among)).toEqual(['ben', 'cat'])
  await transform.ready()

  await save(without('ben'))
  await waitFor(async () => (await newest())?.version === 2, { ...patience, describe: 'the second version' })
  expect(await newest()).not.toHaveProperty('appliedAt')
  expect(await newest()).toMatchObject({ inForce: false })
  await untilSaid(transform, 'version 2 waits')
  expect(await view.presentAmong(among)).toEqual(['ben', 'cat'])
  const rules = rulesOverApi(view)
  expect((await rules.preview(2)).counts.user).toMatchObject({ added: 1, deleted: 1, changed: 0 })
  await rules.apply(2)
  await view.untilPresent(['ann', 'cat'], among)

  await transform.stop()
  const bold = await follow('at-once')
  await bold.ready()
  await save(without('cat'))
  await view.untilPresent(['ann', 'ben'], among)
  expect(await newest()).toMatchObject({ version: 3, inForce: true })

  await save('version: 1\nrules: none')
  await untilSaid(bold, 'the file of rules is not used')
  await view.quiet()
  expect(await newest()).toMatchObject({ version: 3, inForce: true })
  expect(await view.presentAmong(among)).toEqual(['ann', 'ben'])
  await save('version: 1\n')
  await view.untilPresent(among, among)
})
