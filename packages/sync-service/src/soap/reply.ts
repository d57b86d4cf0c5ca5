import { type Element, elementAt, elementsBelow, readDocument, textAt, textIn } from '@opendirsync/binary-xml'
import { SetupError, UnavailableError } from '@opendirsync/contracts'
import { shown } from '../shown.ts'
import { system, TooLargeError } from '../transport/connection-error.ts'
import type { HttpAnswer } from '../transport/post.ts'

/** The message that an answer carries; undefined when it is something else, such as a gateway's page. */
export function messageIn({ body }: HttpAnswer): Element | undefined {
  try {
    const root = readDocument(body)
    return elementAt(root, 'Body') === undefined ? undefined : root
  } catch {
    return undefined
  }
}

/** What went wrong, in a message that says so. It may come with any status. */
export function faultIn(message: Element): Element | undefined {
  return elementAt(message, 'Body/Fault')
}

/** Another host that serves this tenant; undefined when the fault is another. */
export function redirectionIn(fault: Element): URL | undefined {
  const [redirection] = elementsBelow(fault, 'BindingRedirectionFault')
  const url = redirection && textAt(redirection, 'Url')
  return url !== undefined && URL.canParse(url) ? new URL(url) : undefined
}

/** True when a token that is fetched anew may help. */
export function isAboutToken(fault: Element): boolean {
  return /\btoken\b.*\b(?:expired|invalid|not valid)|\b(?:expired|invalid)\b.*\btoken\b/is.test(
    wordsOf(fault)
  )
}

interface KnownFault {
  readonly words: RegExp
  readonly error: (told: string, host: string) => Error
}

const knownFaults: readonly KnownFault[] = [
  {
    words: /identity synchronization is not yet activated/i,
    error: () => directorySyncOff()
  },
  {
    words: /password synchronization has not been activated/i,
    error: () => passwordSyncOff()
  },
  {
    words:
      /access to azure active directory has been denied|access (?:is|was|has been)? ?denied|AccessDenied/i,
    error: told =>
      new SetupError(
        'sync-service-permissions',
        `The synchronization service refuses the application. Grant it ADSynchronization.ReadWrite.All of "Microsoft Entra AD Synchronization Service", with admin consent. The service says: ${told}`
      )
  },
  {
    words: /(?:version|build)\b.*\b(?:not supported|no longer|unsupported|blocked|upgrade)/is,
    error: told =>
      new SetupError(
        'sync-service-version',
        `The synchronization service no longer serves this build number. Set a newer one of Microsoft Entra Connect. The service says: ${told}`
      )
  },
  {
    words: /LargeObject|ExceededAllowedLength|maximum message size/i,
    error: (_told, host) =>
      new TooLargeError(system, `${host} does not take a request of this size. It will be sent in parts.`)
  }
]

/** What a fault means to whoever called. */
export function faultError(fault: Element, host: string): Error {
  const words = wordsOf(fault)
  const told = shown(words)
  const known = knownFaults.find(each => each.words.test(words))
  return (
    known?.error(told, host) ?? new UnavailableError(system, `The synchronization service failed: ${told}`)
  )
}

export function tokenRefused(host: string): SetupError {
  return new SetupError(
    'sync-service-credentials',
    `${host} does not accept the token. Check that the tenant, the authority and the address belong to one cloud.`
  )
}

export function directorySyncOff(): SetupError {
  return new SetupError(
    'sync-service-directory-sync-off',
    'Directory synchronization is switched off for the tenant. Set onPremisesSyncEnabled of the organization to true in Graph; it may take some hours.'
  )
}

export function passwordSyncOff(): SetupError {
  return new SetupError(
    'sync-service-password-sync-off',
    'Password hash synchronization is switched off for the tenant. Switch it on (passwordSyncEnabled of onPremisesSynchronization in Graph, or setFeature here).'
  )
}

/** The most telling words that a fault has. */
function wordsOf(fault: Element): string {
  const descriptions = [...elementsBelow(fault, 'ErrorDescription')].map(textIn).filter(each => each !== '')
  if (descriptions.length > 0) return descriptions.join(' ')
  return textAt(fault, 'Reason/Text') ?? 'it gave no reason.'
}
