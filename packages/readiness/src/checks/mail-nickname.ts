import { hasMisplacedPeriod, isPlainName, withoutMisplacedPeriods } from '../address/address.ts'
import { cut, isAscii, nonAscii, toAscii } from '../characters.ts'
import { type AttributePlan, everything, spacesAround } from '../check.ts'
import { unexpectedStart } from './unexpected-start.ts'

const attributes = ['mailNickname']
const objectTypes = everything

/** Graph: 64 characters, ASCII without these (resource type group, property mailNickname). */
const maxLength = 64
const forbidden = /[\0-\x20"(),:;<>@[-\]\x7f]/
const everyForbidden = new RegExp(forbidden, 'g')

export const mailNickname: AttributePlan = {
  attribute: 'mailNickname',
  objectTypes,
  values: 'first',
  clean: value => value.length <= maxLength && isPlainName(value),
  checks: [
    spacesAround(attributes),
    {
      code: 'invalid-character',
      attributes,
      objectTypes,
      severity: 'error',
      idfix: 'Character',
      confidence: 'guess',
      why: 'The mailNickname has a space or one of @ ( ) \\ [ ] " ; : < > , which the tenant refuses.',
      mends: 'without them; of an address what stands before the @',
      test: value => forbidden.test(value),
      mend: value => (value.split('@')[0] || value).replaceAll(everyForbidden, ''),
      blame: value => value.match(everyForbidden) ?? []
    },
    {
      code: 'non-ascii',
      attributes,
      objectTypes,
      severity: 'error',
      idfix: 'Character',
      confidence: 'guess',
      why: 'The mailNickname has letters with accents or other characters outside ASCII. Write it without them.',
      mends: 'letters without accents; none where a letter has no like in ASCII',
      test: value => !isAscii(value),
      mend: toAscii,
      blame: nonAscii
    },
    {
      code: 'misplaced-period',
      attributes,
      objectTypes,
      severity: 'error',
      idfix: 'Format',
      confidence: 'guess',
      why: 'The mailNickname has a period at the beginning or the end, or two in a row.',
      mends: 'single periods, inside only',
      test: hasMisplacedPeriod,
      mend: withoutMisplacedPeriods
    },
    unexpectedStart({ attributes, objectTypes, name: 'The mailNickname' }),
    {
      code: 'too-long',
      attributes,
      objectTypes,
      severity: 'error',
      idfix: 'Length',
      confidence: 'guess',
      why: `The mailNickname has ${maxLength} characters at most.`,
      mends: 'cut',
      test: value => value.length > maxLength,
      mend: value => cut(value, maxLength)
    }
  ]
}
