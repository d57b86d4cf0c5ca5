import type { ObjectType } from '@opendirsync/contracts'
import { cut } from '../characters.ts'
import { type AttributePlan, type Subject, spacesAround, type ValueCheck } from '../check.ts'
import { hasSignInName } from './sign-in-name.ts'
import { unexpectedStart } from './unexpected-start.ts'

const attributes = ['sAMAccountName']
const users: readonly ObjectType[] = ['user']
const both: readonly ObjectType[] = ['user', 'group']

/** M365 "Prepare for directory synchronization"; the SAM itself has the same limit for users (MS-ADTS 3.1.1.8.1). */
const userMaxLength = 20
const otherMaxLength = 256

const forbidden = /[\p{Cc}"*+,/:-?[\\\]|]/u
const everyForbidden = new RegExp(forbidden, 'gu')
const rename = 'Rename the account in the directory.'

/** Nothing but this name identifies the user: a bad one cannot become a userPrincipalName. */
function countsForSignIn(subject: Subject): boolean {
  return subject.objectType === 'user' && !hasSignInName(subject)
}

export const accountName: AttributePlan = {
  attribute: 'sAMAccountName',
  objectTypes: both,
  values: 'first',
  clean: value => value.length <= userMaxLength && /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(value),
  checks: [
    spacesAround(attributes, both),
    ...invalidCharacters(),
    {
      code: 'unexpected-character',
      attributes,
      objectTypes: both,
      severity: 'warning',
      idfix: 'Character',
      confidence: 'guess',
      why: `The sAMAccountName has an apostrophe, which Microsoft 365 calls invalid there (in a userPrincipalName it is not).`,
      mends: 'without it',
      test: value => value.includes("'"),
      mend: value => value.replaceAll("'", '')
    },
    unexpectedStart({ attributes, objectTypes: both, name: 'The sAMAccountName' }),
    ...tooLong()
  ]
}

function invalidCharacters(): readonly ValueCheck[] {
  const facts = {
    code: 'invalid-character',
    attributes,
    idfix: 'Character',
    confidence: 'guess',
    mends: 'without them',
    mend: (value: string) => value.replaceAll(everyForbidden, ''),
    blame: (value: string) => value.match(everyForbidden) ?? []
  } as const
  return [
    {
      ...facts,
      objectTypes: users,
      severity: 'error',
      why: `The sAMAccountName has one of \\ " | , / : < > + = ; ? * [ ] and the user has no valid userPrincipalName that could stand in for it. ${rename}`,
      test: (value, subject) => forbidden.test(value) && countsForSignIn(subject)
    },
    {
      ...facts,
      objectTypes: both,
      severity: 'warning',
      why: `The sAMAccountName has one of \\ " | , / : < > + = ; ? * [ ] which the tenant does not take over. ${rename}`,
      test: (value, subject) => forbidden.test(value) && !countsForSignIn(subject)
    }
  ]
}

function tooLong(): readonly ValueCheck[] {
  const facts = { code: 'too-long', attributes, idfix: 'Length', confidence: 'guess', mends: 'cut' } as const
  const mend = (value: string) => cut(value, userMaxLength)
  return [
    {
      ...facts,
      objectTypes: users,
      severity: 'error',
      why: `The sAMAccountName of a user has ${userMaxLength} characters at most, and the user has no valid userPrincipalName. ${rename}`,
      test: (value, subject) => value.length > userMaxLength && countsForSignIn(subject),
      mend
    },
    {
      ...facts,
      objectTypes: users,
      severity: 'warning',
      why: `The sAMAccountName of a user has ${userMaxLength} characters at most. ${rename}`,
      test: (value, subject) =>
        value.length > userMaxLength && subject.objectType === 'user' && !countsForSignIn(subject),
      mend
    },
    {
      ...facts,
      objectTypes: ['group'],
      severity: 'warning',
      why: `The sAMAccountName has ${otherMaxLength} characters at most. ${rename}`,
      test: (value, subject) => value.length > otherMaxLength && subject.objectType !== 'user',
      mend: value => cut(value, otherMaxLength)
    }
  ]
}
