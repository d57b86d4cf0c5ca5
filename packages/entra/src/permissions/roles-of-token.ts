import { isRecord } from '../transport/graph-request.ts'

/**
 * The application permissions that an access token carries (its claim `roles`). It is read, not verified: Graph does
 * that. A token without the claim has none.
 *
 * @returns undefined when the token is not a JWT, which its issuer is free to do
 */
export function rolesOfToken(token: string): readonly string[] | undefined {
  const [, payload, signature] = token.split('.')
  if (payload === undefined || signature === undefined) return undefined
  const claims = parsed(Buffer.from(payload, 'base64url').toString('utf8'))
  if (!isRecord(claims)) return undefined
  const { roles } = claims
  return Array.isArray(roles) ? roles.filter(role => typeof role === 'string') : []
}

function parsed(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text)
    return value
  } catch {
    return undefined
  }
}
