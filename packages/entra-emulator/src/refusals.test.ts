import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  errorOf,
  newGroup,
  newUser,
  objectOf,
  reference,
  startTestTenant,
  type TestTenant
} from './test-client.ts'

const cases = readFileSync(new URL('./fixtures/refusals.txt', import.meta.url), 'utf8')
  .split('\n')
  .filter(line => line !== '' && !line.startsWith('#'))

let tenant: TestTenant
let ids: Readonly<Record<string, string>> = {}

beforeAll(async () => {
  tenant = await startTestTenant({
    tenant: {
      domains: ['contoso.com'],
      unverifiedDomains: ['new.example'],
      federatedDomains: ['fed.example']
    }
  })
  const ann = await tenant.createUser('ann', { mail: 'ann@contoso.com', onPremisesImmutableId: 'aaa=' })
  const bob = await tenant.createUser('bob')
  const crew = await tenant.createGroup('crew', { uniqueName: 'crew-1' })
  const team = await tenant.createGroup('team', { groupTypes: ['Unified'], mailEnabled: true })
  await tenant.graph('POST', `/groups/${crew}/members/$ref`, reference(ann))
  const [admin, keeper, synced] = [
    await tenant.createUser('admin'),
    await tenant.createUser('keeper'),
    await tenant.createUser('synced')
  ]
  const vault = await tenant.createGroup('vault', { isAssignableToRole: true })
  await tenant.graph('POST', `/groups/${vault}/members/$ref`, reference(keeper))
  const { administration } = tenant.emulator
  administration.giveRole(admin, 'Global Administrator')
  administration.setProperties(synced, { onPremisesSyncEnabled: true })
  administration.registerExtension({
    name: 'extension_0123456789abcdef0123456789abcdef_code',
    targetObjects: ['User']
  })
  const contact = administration.createContact({
    displayName: 'Contact',
    mail: 'contact@elsewhere.example',
    proxyAddresses: ['SMTP:contact@elsewhere.example', 'smtp:second@elsewhere.example']
  })
  ids = {
    ann,
    bob,
    crew,
    team,
    admin,
    keeper,
    synced,
    contact,
    nobody: '00000000-0000-4000-8000-000000000000'
  }
})

afterAll(() => tenant[Symbol.asyncDispose]())

describe('what Graph refuses', () => {
  test.each(cases)('%s', async line => {
    const [request = '', body = '', outcome = '', message = ''] = expanded(line).split(' | ')
    const [method = '', ...path] = request.split(' ')
    const before = tenant.emulator.state.changes.sequence
    const answer = await tenant.graph(method, path.join(' '), bodyOf(body))
    const error = errorOf(answer)
    expect(`${answer.status} ${String(error.code)}`).toBe(outcome)
    expect(String(error.message).slice(0, message.length)).toBe(message)
    expect(objectOf(error.innerError)['request-id']).toBe(answer.headers.get('request-id'))
    expect(tenant.emulator.state.changes.sequence, 'a refusal changes nothing').toBe(before)
  })

  test('a conflict names the property and the object that has the value', async () => {
    const answer = await tenant.graph('POST', '/users', { ...newUser('new'), mail: 'ann@contoso.com' })
    const message = 'Another object with the same value for property proxyAddresses already exists.'
    expect(errorOf(answer).details).toEqual([
      { code: 'ObjectConflict', target: 'proxyAddresses', message },
      { code: 'ConflictingObjects', target: `User_${ids.ann}`, message }
    ])
  })

  test.each(['', 'Bearer nonsense', 'Basic abc'])('the authorization "%s"', async authorization => {
    const answer = await tenant.graph('GET', '/users', undefined, { authorization })
    expect(answer.status).toBe(401)
    expect(errorOf(answer).code).toBe('InvalidAuthenticationToken')
  })
})

function expanded(line: string): string {
  return line
    .replaceAll(/\{x\*(\d+)\}/g, (_, count: string) => 'x'.repeat(Number(count)))
    .replaceAll(/\{(\w+)\}/g, (whole, name: string) => ids[name] ?? whole)
}

function bodyOf(text: string): unknown {
  if (text === '-') return undefined
  if (text.startsWith('raw ')) return text.slice('raw '.length)
  const [, kind, relation, change = ''] = /^new (user|group) (with|without) (.*)$/.exec(text) ?? []
  if (kind === undefined) return JSON.parse(text)
  const whole = kind === 'user' ? newUser('new') : newGroup('new')
  if (relation === 'with') return { ...whole, ...objectOf(JSON.parse(change)) }
  return { ...whole, [change]: undefined }
}
