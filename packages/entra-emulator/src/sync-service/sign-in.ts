import type { Directory } from '../state/directory.ts'
import type { Passwords } from './passwords.ts'
import { canSignIn, isPasswordOf } from './pph1.ts'

/** What a person who signs in with a password is told. */
export type SignIn =
  | { readonly signedIn: true; readonly id: string }
  | { readonly signedIn: false; readonly reason: SignInRefusal; readonly error: string }

type SignInRefusal = 'unknownUser' | 'disabled' | 'noPassword' | 'wrongPassword' | 'mustChangePassword'

/** https://learn.microsoft.com/entra/identity-platform/reference-error-codes */
const errors: Readonly<Record<SignInRefusal, string>> = {
  unknownUser: 'AADSTS50034',
  disabled: 'AADSTS50057',
  noPassword: 'AADSTS50126',
  wrongPassword: 'AADSTS50126',
  mustChangePassword: 'AADSTS50055'
}

/** Only passwords that were synchronized are known: none that Graph was given. */
export function signIn(
  directory: Directory,
  passwords: Passwords,
  { userPrincipalName, password }: { userPrincipalName: string; password: string }
): SignIn {
  const user = directory.findBy('userPrincipalName', userPrincipalName)
  if (user === undefined) return refused('unknownUser')
  if (user.properties.accountEnabled === false) return refused('disabled')
  const kept = passwords.of(user.id)
  if (kept === undefined) return refused('noPassword')
  if (!canSignIn(kept.pph1) || !isPasswordOf(kept.pph1, password)) return refused('wrongPassword')
  return kept.forceChange ? refused('mustChangePassword') : { signedIn: true, id: user.id }
}

function refused(reason: SignInRefusal): SignIn {
  return { signedIn: false, reason, error: errors[reason] }
}
