import { generateKeyPairSync, type KeyObject } from 'node:crypto'

/** Entra ID takes RSA keys of applications only. */
export function rsaKeys(): { readonly publicKey: KeyObject; readonly privateKey: KeyObject } {
  return generateKeyPairSync('rsa', { modulusLength: 2_048 })
}
