import { SetupError, ThrottledError, UnavailableError } from '@opendirsync/contracts'
import { system } from '../transport/connection-error.ts'
import type { HttpAnswer } from '../transport/post.ts'
import { retryAfterMsOf } from '../transport/status-error.ts'
import { recordIn } from './json.ts'

const meanings: readonly (readonly [codes: readonly string[], setupCode: string, advice: string])[] = [
  [
    ['90002', '90013', '90014', '900021', '900023', '90001'],
    'sync-service-tenant',
    'it does not know the tenant. Check the tenant id.'
  ],
  [
    ['500011', '500014', '650052'],
    'sync-service-directory-sync-off',
    'the tenant has no synchronization service: it appears when directory synchronization is switched on. Set onPremisesSyncEnabled of the organization to true in Graph, and wait some minutes.'
  ],
  [
    ['700016', '700027', '50027', '700024', '7000222', '7000229', '7000112', '700038', '7000215', '50012'],
    'sync-service-credentials',
    'it refuses the application. Check the client id, and that this certificate is registered with the application and has not expired.'
  ]
]

/** Why the token endpoint has given no token. Its words are not repeated: they may name more than they should. */
export function tokenError({ status, headers, body }: HttpAnswer, host: string): Error {
  const answer = recordIn(body.toString('utf8'))
  const description = typeof answer.error_description === 'string' ? answer.error_description : ''
  const codes = [...description.matchAll(/AADSTS(\d+)/g)].map(([, code]) => code ?? '')
  const suffix = codes[0] === undefined ? '' : ` (AADSTS${codes[0]})`
  const meaning = meanings.find(([known]) => codes.some(code => known.includes(code)))
  if (meaning !== undefined)
    return new SetupError(meaning[1], `No token from ${host}${suffix}: ${meaning[2]}`)
  if (status === 429) return new ThrottledError(`${host} has asked us to slow down.`, retryAfterMsOf(headers))
  if (answer.error === 'invalid_client' || answer.error === 'unauthorized_client') {
    return new SetupError(
      'sync-service-credentials',
      `No token from ${host}${suffix}: it refuses the application. Check the client id and the certificate.`
    )
  }
  return new UnavailableError(
    system,
    `No token from ${host} (status ${status})${suffix}. It will be tried again. Check the authority's address if it stays so.`
  )
}
