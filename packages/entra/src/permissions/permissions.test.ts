import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { missingPermissions } from './missing-permissions.ts'
import { featurePermissions } from './permissions.ts'
import { rolesOfToken } from './roles-of-token.ts'

const simple = [
  'User.ReadWrite.All',
  'Group.ReadWrite.All',
  'GroupMember.ReadWrite.All',
  'OrgContact.Read.All',
  'Organization.Read.All',
  'Domain.Read.All'
]
const everything = { writes: true, unused: [] } as const

function refusal(roles: readonly string[], writes = true): string {
  try {
    missingPermissions(roles, { writes, unused: [] })
  } catch (error) {
    expect(error).toMatchObject({ name: 'SetupError', code: 'graph-permissions' })
    return error instanceof Error ? error.message : ''
  }
  return ''
}

describe('missing permissions', () => {
  it.each([
    ['the six that are simplest to grant', simple],
    ['the least of each', featurePermissions.map(({ anyOf }) => anyOf[0])]
  ])('%s are enough for everything', (_what, roles) => {
    expect(missingPermissions(roles, everything)).toEqual([])
  })

  it('what can be done without is told', () => {
    const roles = simple.filter(role => role !== 'OrgContact.Read.All')
    expect(missingPermissions(roles, everything)).toMatchObject([
      { feature: 'contacts', anyOf: expect.arrayContaining(['OrgContact.Read.All']) }
    ])
  })

  it('a feature that is switched off lacks nothing', () => {
    const roles = featurePermissions
      .map(({ anyOf }) => anyOf[0])
      .filter(role => role !== 'OrgContact.Read.All')
    expect(missingPermissions(roles, { writes: true, unused: ['contacts'] })).toEqual([])
  })

  it('in staging mode it is enough to read, and what writing would take is told', () => {
    const roles = [
      'User.Read.All',
      'Group.Read.All',
      'Organization.Read.All',
      'Domain.Read.All',
      'OrgContact.Read.All'
    ]
    const told = missingPermissions(roles, { writes: false, unused: [] }).map(({ feature }) => feature)
    expect(told).toEqual(expect.arrayContaining(['create-users', 'groups', 'members']))
    expect(refusal(roles)).toContain('User.Create')
    expect(refusal(['User.Read.All'], false)).toMatch(/Organization\.Read\.All.*Domain\.Read\.All/)
  })

  it('all that are missing stand in one message, with what each is for', () => {
    const message = refusal([])
    for (const { need, purpose, anyOf } of featurePermissions) {
      if (need === 'optional') expect(message).not.toContain(purpose)
      else expect(message).toContain(`${anyOf[0]} (to ${purpose})`)
    }
    expect(message).toContain(
      'Organization.Read.All, Domain.Read.All, User.ReadWrite.All and Group.ReadWrite.All would do for all of it.'
    )
  })

  it('one that is missing is asked for alone', () => {
    expect(refusal(simple.filter(role => role !== 'Domain.Read.All'))).toBe(
      'The application lacks permissions in Microsoft Graph: Domain.Read.All (to know its verified domains). Grant them as application permissions, with admin consent.'
    )
  })

  it('whatever is missing: the permissions that are asked for are enough', () => {
    const names = [...new Set(featurePermissions.flatMap(({ anyOf }) => anyOf))]
    const askedBy = (message: string) => names.filter(name => new RegExp(`(^| )${name}(,| |$)`).test(message))
    fc.assert(
      fc.property(fc.subarray(names), roles => {
        const [inFull = '', fewest] = refusal(roles)
          .replace(' would do for all of it.', '')
          .split(/(?<=\))\. /)
        const ways = [inFull, ...(fewest === undefined || fewest.startsWith('Grant') ? [] : [fewest])]
        for (const way of ways) expect(refusal([...roles, ...askedBy(way)])).toBe('')
      })
    )
  })
})

describe('roles of a token', () => {
  const token = (claims: unknown): string =>
    ['{}', JSON.stringify(claims), 'signature'].map(part => Buffer.from(part).toString('base64url')).join('.')

  it.each<[string, string, readonly string[] | undefined]>([
    ['are the names in it', token({ roles: ['User.Read.All', 'x'] }), ['User.Read.All', 'x']],
    ['are none without the claim', token({}), []],
    ['that are no texts do not count', token({ roles: [1, 'x'] }), ['x']],
    ['are unknown when it is no JWT', 'opaque', undefined],
    ['are unknown when it is no JSON', 'a.b.c', undefined],
    ['are unknown when it holds no claims', token('x'), undefined]
  ])('%s', (_what, text, roles) => {
    expect(rolesOfToken(text)).toEqual(roles)
  })
})
