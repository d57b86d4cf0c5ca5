import type { JoinKey, ObjectType, StagedObject } from '@opendirsync/contracts'
import type { DirectoryValues } from '../attribute-flow.ts'
import type { JoinSetting } from '../rule-settings.ts'
import { single } from '../values.ts'
import { domainSid } from './sid.ts'

/** What an object is found by, beside its own objectSID. */
export interface JoinKeysOf {
  /** Attributes that are read. */
  readonly sources: readonly string[]
  (staged: StagedObject, objectType: ObjectType): readonly JoinKey[]
}

/** Attributes that name the account which a mailbox or a Lync user of another forest belongs to. */
const refersBySid = ['msExchMasterAccountSid', 'msRTCSIP-OriginatorSid'] as const

const none: readonly JoinKey[] = []

type KeyOf = (attributes: StagedObject['attributes']) => JoinKey | undefined

/** Users are found by what the setting says, contacts always by mail, groups never. */
export function joinKeysOf(join: JoinSetting): JoinKeysOf {
  const further = furtherKey(join)
  const bySid = join !== 'none'
  const keysOf = (staged: StagedObject, objectType: ObjectType): readonly JoinKey[] => {
    if (objectType === 'group') return none
    const { attributes } = staged
    if (objectType === 'contact') return present([mailKey(attributes)])
    const key = further.keyOf(attributes)
    const sids = bySid ? sidKeys(staged) : none
    return key === undefined ? sids : [...sids, key]
  }
  return Object.assign(keysOf, { sources: ['mail', ...(bySid ? refersBySid : []), ...further.sources] })
}

function furtherKey(join: JoinSetting): { readonly sources: readonly string[]; readonly keyOf: KeyOf } {
  if (typeof join === 'object') {
    const { attribute } = join
    return {
      sources: [attribute],
      keyOf: attributes => ownKey(`attribute:${attribute}`, attributes[attribute])
    }
  }
  if (join === 'mail') return { sources: ['mail'], keyOf: mailKey }
  if (join === 'account') return { sources: ['sAMAccountName', 'mailNickname'], keyOf: accountKey }
  return { sources: [], keyOf: () => undefined }
}

function sidKeys({ attributes, objectSid }: StagedObject): readonly JoinKey[] {
  let keys = none
  for (const name of refersBySid) {
    const value = single(attributes[name])
    const sid = value === undefined ? undefined : domainSid(value)
    if (sid === undefined || sid === objectSid || keys.some(key => key.value === sid)) continue
    keys = [...keys, { space: 'sid', side: 'refers', value: sid }]
  }
  return keys
}

function mailKey(attributes: StagedObject['attributes']): JoinKey | undefined {
  return ownKey('mail', attributes.mail)
}

function accountKey({ sAMAccountName, mailNickname }: StagedObject['attributes']): JoinKey | undefined {
  const [account, nickname] = [single(sAMAccountName), single(mailNickname)]
  if (account === undefined || nickname === undefined) return undefined
  return { space: 'account', side: 'own', value: `${account}\n${nickname}`.toLowerCase() }
}

function ownKey(space: string, values: DirectoryValues): JoinKey | undefined {
  const value = single(values)
  return value === undefined ? undefined : { space, side: 'own', value: value.toLowerCase() }
}

function present(keys: readonly (JoinKey | undefined)[]): readonly JoinKey[] {
  return keys.filter(key => key !== undefined)
}
