import { type ObjectType, SetupError, UnavailableError } from '@opendirsync/contracts'
import { noAnswer } from './errors.ts'
import { type Answer, isRecord, textIn, valuesIn } from './transport/graph-request.ts'
import { type PatientOptions, patientGet } from './transport/patient-get.ts'

/** One object of the tenant with the values that must be unique in it. */
export interface TenantObject {
  readonly entraId: string
  readonly objectType: ObjectType
  readonly displayName: string | null
  readonly userPrincipalName: string | null
  readonly mail: string | null
  /** With their prefixes: `SMTP:` for the primary one, `smtp:`, `x500:`, … */
  readonly proxyAddresses: readonly string[]
  readonly immutableId: string | null
  readonly onPremisesSyncEnabled: boolean
}

const common = 'id,displayName,mail,proxyAddresses,onPremisesSyncEnabled'
const lists: readonly (readonly [objectType: ObjectType, path: string])[] = [
  ['user', `/users?$select=${common},userPrincipalName,onPremisesImmutableId&$top=999`],
  ['group', `/groups?$filter=mailEnabled%20eq%20true&$select=${common}&$top=999`],
  ['contact', `/contacts?$select=${common}&$top=999`]
]

export async function* listObjects(options: PatientOptions): AsyncGenerator<readonly TenantObject[]> {
  for (const [objectType, path] of lists) {
    let next: string | undefined = path
    while (next !== undefined) {
      const answer: Answer = await patientGet(next, options)
      if (answer.status === 403 && objectType === 'contact') break
      requireList(answer, path)
      yield valuesIn(answer.body).flatMap(value => tenantObject(value, objectType) ?? [])
      next = textIn(answer.body, '@odata.nextLink')
    }
  }
}

function requireList(answer: Answer, path: string): void {
  if (answer.status === 200) return
  if (answer.status === 403) {
    throw new SetupError(
      'graph-permissions',
      'The application may not read the users and groups of the tenant. Grant it User.Read.All and Group.Read.All (or their ReadWrite forms), with admin consent.'
    )
  }
  throw (
    noAnswer(answer) ??
    new UnavailableError('entra', `Graph answered ${answer.status} to ${path}. Check the Graph address.`)
  )
}

function tenantObject(value: unknown, objectType: ObjectType): TenantObject | undefined {
  const entraId = textIn(value, 'id')
  if (entraId === undefined || !isRecord(value)) return undefined
  return {
    entraId,
    objectType,
    displayName: textIn(value, 'displayName') ?? null,
    userPrincipalName: textIn(value, 'userPrincipalName') ?? null,
    mail: textIn(value, 'mail') ?? null,
    proxyAddresses: Array.isArray(value.proxyAddresses) ? value.proxyAddresses.map(String) : [],
    immutableId: textIn(value, 'onPremisesImmutableId') ?? null,
    onPremisesSyncEnabled: value.onPremisesSyncEnabled === true
  }
}
