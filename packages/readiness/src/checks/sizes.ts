import type { ObjectType } from '@opendirsync/contracts'
import { nothing, type ObjectCheck } from '../check.ts'

const users: readonly ObjectType[] = ['user']

/** C/tshoot-connect-sync-errors, "LargeObject": 15 certificates in each of the two. */
const mostCertificates = 15
/** Bytes. AD's own limit, and that of the synchronization service. */
const photoMaxBytes = 102_400

export const sizes: readonly ObjectCheck[] = [
  ...['userCertificate', 'userSMIMECertificate'].map(
    (attribute): ObjectCheck => ({
      code: 'too-many-values',
      attributes: [attribute],
      objectTypes: users,
      severity: 'warning',
      idfix: 'Length',
      why: `There are more than ${mostCertificates} certificates, so Entra Connect could not export the object. Remove those that have expired.`,
      find: ({ attributes }) => {
        const count = attributes[attribute]?.length ?? 0
        return count > mostCertificates ? [{ value: `${count} values` }] : nothing
      }
    })
  ),
  {
    code: 'too-large',
    attributes: ['thumbnailPhoto'],
    objectTypes: users,
    severity: 'warning',
    idfix: 'Length',
    why: `The photo has more than ${photoMaxBytes / 1024} KiB. Use a smaller one.`,
    find: ({ attributes }) => {
      const bytes = Math.floor(((attributes.thumbnailPhoto?.[0]?.length ?? 0) * 3) / 4)
      return bytes - 2 > photoMaxBytes ? [{ value: `${bytes} bytes` }] : nothing
    }
  }
]
