import { damaged } from '../text/encoding.ts'
import { accountControl, isAccountState } from './account-state.ts'
import { syntaxOf } from './attribute-syntax.ts'
import { guidOctets, guidOf, resemblesGuid } from './guid.ts'

/** Why a value cannot be used. */
export interface ValueFault {
  readonly code: string
  readonly message: string
}

interface Source {
  /** The column's heading. */
  readonly heading: string
  /** As it stands in the file. */
  readonly raw: string
}

const anchorLength = 256
const sixteenBytes = /^[A-Za-z0-9+/]{21}[AQgw]==$/
const spreadsheetError = /^#(N\/A|REF!|NAME\?|VALUE!|DIV\/0!|NULL!|NUM!)$/
/** What Excel makes of a long number: digits are lost. */
const roundedNumber = /^\d(?:[.,]\d+)?E\+\d+$/i

/** The values of one attribute, without outer spaces; none when the column is empty. */
export function readValues(
  attribute: string,
  source: Source,
  separator: string | undefined
): readonly string[] | ValueFault {
  const { maxLength, isSingle, allowsLines } = syntaxOf(attribute)
  const text = source.raw.trim()
  const parts = isSingle || separator === undefined ? [text] : text.split(separator).map(part => part.trim())
  const values = [...new Set(parts)].filter(value => value !== '')
  for (const value of values) {
    const fault = textFault(source, value, { maxLength, allowsLines })
    if (fault !== undefined) return fault
  }
  return converted(attribute, source.heading, values)
}

/** The anchor without outer spaces. A fault: nobody can tell whom it stands for. */
export function readAnchor(source: Source): string | ValueFault {
  const { heading, raw } = source
  const anchor = raw.trim()
  if (anchor === '') {
    return {
      code: 'missing-anchor',
      message: `"${heading}" is empty, so it is not known who this is. Fill it in.`
    }
  }
  const fault = textFault(source, anchor, { maxLength: anchorLength, allowsLines: false })
  if (fault !== undefined) return fault
  if (roundedNumber.test(anchor)) {
    return {
      code: 'spreadsheet-value',
      message: `"${heading}" is ${quoted(anchor)}, a number that a spreadsheet has rounded. Format the column as text and fill it in again.`
    }
  }
  if (guidOf(anchor) === undefined && resemblesGuid(anchor)) return invalidGuid(heading, anchor)
  return anchor
}

/** A value as a message may show it. */
function quoted(value: string): string {
  const line = value.replace(/\p{Cc}+/gu, ' ')
  return `"${line.length > 60 ? `${line.slice(0, 60)}…` : line}"`
}

function textFault(
  { heading }: Source,
  value: string,
  { maxLength, allowsLines }: { readonly maxLength: number; readonly allowsLines: boolean }
): ValueFault | undefined {
  if (value.includes(damaged)) {
    return {
      code: 'damaged-character',
      message: `"${heading}" is ${quoted(value)}: a character could not be read. Save the file as "CSV UTF-8", or set the encoding that it has.`
    }
  }
  if ((allowsLines ? /[^\P{Cc}\t\r\n]/u : /\p{Cc}/u).test(value)) {
    const isBreak = /[\r\n]/.test(value)
    return {
      code: 'control-character',
      message: `"${heading}" is ${quoted(value)} and has ${isBreak ? 'a line break' : 'a control character'} in it. Remove it${isBreak ? ', and see whether a closing quote is missing' : ''}.`
    }
  }
  if (spreadsheetError.test(value)) {
    return {
      code: 'spreadsheet-value',
      message: `"${heading}" is ${value}, an error of the spreadsheet. Correct the formula and save the file again.`
    }
  }
  if (value.length <= maxLength) return undefined
  return {
    code: 'value-too-long',
    message: `"${heading}" has ${value.length} characters; at most ${maxLength} are accepted. Shorten it.`
  }
}

/** Values that the directory keeps in another form than people write. */
function converted(
  attribute: string,
  heading: string,
  values: readonly string[]
): readonly string[] | ValueFault {
  const [value = ''] = values
  if (isAccountState(attribute)) {
    const control = accountControl(attribute, value)
    if (control !== undefined) return [control]
    return {
      code: 'account-state-unknown',
      message: `"${heading}" is ${quoted(value)}; it must say yes or no (or true, false, 1, 0, active, disabled). Until it does, the account stays as it is.`
    }
  }
  if (attribute === 'userAccountControl' && !/^\d{1,10}$/.test(value)) {
    return {
      code: 'account-state-unknown',
      message: `"${heading}" is ${quoted(value)}; userAccountControl is a number such as 512 (enabled) or 514 (disabled).`
    }
  }
  if (attribute !== 'mS-DS-ConsistencyGuid' || value === '' || sixteenBytes.test(value)) return values
  const guid = guidOf(value)
  return guid === undefined ? invalidGuid(heading, value) : [guidOctets(guid)]
}

function invalidGuid(heading: string, value: string): ValueFault {
  return {
    code: 'invalid-guid',
    message: `"${heading}" is ${quoted(value)}, which is no GUID. Write it as 00112233-4455-6677-8899-aabbccddeeff.`
  }
}
