import { randomBytes } from 'node:crypto'

/**
 * The password of a new user: 192 random bits that nobody ever learns, and one character of each class that Entra's
 * rules ask for. People sign in with what password synchronisation or a federated sign-in brings.
 */
export function unknownPassword(): string {
  return `${randomBytes(24).toString('base64url')}aA1!`
}
