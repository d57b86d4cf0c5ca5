import { SetupError } from '@opendirsync/contracts'
import { expect, it } from 'vitest'
import { parseAccount } from './account.ts'

it.each([
  ['CORP\\svc', { user: 'svc', domain: 'CORP' }],
  ['corp.example.test\\svc', { user: 'svc', domain: 'corp.example.test' }],
  ['svc@corp.example.test', { user: 'svc@corp.example.test', domain: '' }],
  ['a=b@corp.example.test', { user: 'a=b@corp.example.test', domain: '' }],
  ['svc', { user: 'svc', domain: '' }]
])('reads %s', (name, account) => {
  expect(parseAccount(name)).toEqual(account)
})

it.each(['', '\\', 'CORP\\', '\\svc', 'A\\B\\svc', 'CN=svc,DC=corp,DC=example,DC=test'])(
  'refuses "%s"',
  name => {
    expect(() => parseAccount(name)).toThrow(SetupError)
    expect(() => parseAccount(name)).toThrow('DOMAIN\\user')
  }
)
