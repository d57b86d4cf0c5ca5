import {
  type Content,
  type Element,
  element,
  elementsBelow,
  namespace,
  type Text,
  textAt
} from '@opendirsync/binary-xml'
import { shown } from '../shown.ts'
import { isNil, schemaInstance, text, truth } from '../soap/envelope.ts'
import type { CallService } from '../transport/call.ts'

/** A password of one person, as the tenant is given it. */
export interface Credential {
  /** Of the person; base64 of 16 bytes. */
  readonly sourceAnchor: string
  /** What `derivePph1` gives, in ASCII. It is overwritten when its outcome is known. */
  readonly credentialData: Buffer
  /** When the password was changed. */
  readonly changeDate: Date
  /** Needs the feature `userForcePasswordChangeOnLogon`; false without it. */
  readonly forcePasswordChangeOnLogon?: boolean
  /** Base64 of CMS, encrypted to the tenant's certificate; only where Entra Domain Services are. */
  readonly windowsLegacyCredentials?: string
  readonly windowsSupplementalCredentials?: string
}

/**
 * What became of one credential.
 * - `written`: the tenant has it.
 * - `refused`: the tenant will refuse it again. `code` is the number of the service, as `result-7`.
 * - `later`: it was not taken, and may be derived and sent again after that time. `throttled`: the service asks for a
 *   pause of everything. `missing`: the person is not there, or not known everywhere yet. Without a cause: something
 *   did not answer, and it is not known whether it was taken. To send it again does no harm.
 */
export type CredentialOutcome =
  | { readonly result: 'written' }
  | { readonly result: 'refused'; readonly code: string; readonly message: string }
  | {
      readonly result: 'later'
      readonly reason: string
      readonly retryAfterMs: number
      readonly cause?: 'throttled' | 'missing'
    }

/** As the other clients of the service wait for a person who has just been created. */
const missingRetryAfterMs = 30_000
const unansweredRetryAfterMs = 5_000

const schema = namespace('b', 'http://schemas.datacontract.org/2004/07/Microsoft.Online.Coexistence.Schema')

/**
 * One call with a few credentials; an outcome for each of them, by source anchor.
 * @throws as CallService does
 */
export async function provisionCredentials(
  call: CallService,
  credentials: readonly Credential[],
  signal?: AbortSignal
): Promise<Map<string, CredentialOutcome>> {
  const content = [credentialsRequest(credentials)]
  const result = await call({ operation: 'ProvisionCredentials', content, signal })
  const answers = new Map<string, CredentialOutcome>()
  for (const each of result === undefined ? [] : elementsBelow(result, 'SyncCredentialsChangeResult')) {
    const anchor = textAt(each, 'SourceAnchor')
    if (anchor !== undefined) answers.set(anchor, outcomeOf(each))
  }
  return new Map(
    credentials.map(({ sourceAnchor }) => [sourceAnchor, answers.get(sourceAnchor) ?? unanswered])
  )
}

const unanswered: CredentialOutcome = {
  result: 'later',
  reason: 'The synchronization service told nothing of this person.',
  retryAfterMs: unansweredRetryAfterMs
}

/** The element in which credentials are sent. */
export function credentialsRequest(credentials: readonly Credential[]): Element {
  const items = [member('RequestItems', credentials.map(itemOf))]
  return element('request', items, { attributes: [schema, schemaInstance] })
}

/** A data contract: its members stand in the order of the alphabet. */
function itemOf(credential: Credential): Element {
  const { windowsLegacyCredentials: legacy, windowsSupplementalCredentials: supplemental } = credential
  return member('SyncCredentialsChangeItem', [
    member('ChangeDate', text(credential.changeDate.toISOString())),
    nothing('CloudAnchor'),
    member('CredentialData', { type: 'unicode', value: credential.credentialData }),
    member('ForcePasswordChangeOnLogon', truth(credential.forcePasswordChangeOnLogon ?? false)),
    member('SourceAnchor', text(credential.sourceAnchor)),
    legacy === undefined
      ? nothing('WindowsLegacyCredentials')
      : member('WindowsLegacyCredentials', text(legacy)),
    supplemental === undefined
      ? nothing('WindowsSupplementalCredentials')
      : member('WindowsSupplementalCredentials', text(supplemental))
  ])
}

function outcomeOf(result: Element): CredentialOutcome {
  const code = textAt(result, 'Result')?.trim() ?? ''
  if (code === '0') return { result: 'written' }
  const words = shown(textAt(result, 'ExtendedErrorInformation') ?? '')
  if (code === '2') {
    const reason = 'The tenant does not know the person yet.'
    return { result: 'later', reason, retryAfterMs: missingRetryAfterMs, cause: 'missing' }
  }
  if (!/^-?\d+$/.test(code)) return unanswered
  const told = words === '' ? 'It gave no reason.' : `It says: ${words}`
  return {
    result: 'refused',
    code: `result-${code}`,
    message: `The synchronization service refuses the password hash (result ${code}). ${told}`
  }
}

function member(name: string, value: readonly Content[] | Text): Element {
  return element(name, value, { prefix: 'b' })
}

function nothing(name: string): Element {
  return element(name, [], { prefix: 'b', attributes: [isNil] })
}
