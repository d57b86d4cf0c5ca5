import type { AttributeRecord, PendingExport, PendingLink, WriteOutcome } from '@opendirsync/contracts'
import { connectEntra, type Entra, type EntraOptions } from '@opendirsync/entra'
import { type EntraEmulator, startEntraEmulator } from '@opendirsync/entra-emulator'
import { afterAll, beforeAll, beforeEach } from 'vitest'

interface OpenedTenant {
  readonly emulator: EntraEmulator
  readonly entra: Entra
  /** Another one for each test, to make names that no other test has. */
  readonly serial: number
}

/** Registers the hooks of a file whose tests share an emulated tenant, each with a connection of its own. */
export function tenantForFile(take: (opened: OpenedTenant) => void): void {
  let emulator: EntraEmulator
  let serial = 0
  beforeAll(async () => {
    emulator = await startEntraEmulator()
  })
  afterAll(async () => {
    await emulator[Symbol.asyncDispose]()
  })
  beforeEach(() => {
    emulator.faults.clear()
    serial += 1
    take({ emulator, entra: connect(emulator), serial })
  })
}

/** What our application needs to know to reach this emulated tenant. */
export function connect(emulator: EntraEmulator, changes: Partial<EntraOptions> = {}): Entra {
  const { graphUrl, authorityHost, tenantId, clientId, clientSecret, caFile } = emulator
  const isOther = ['certificatePath', 'federatedTokenPath', 'managedIdentity'].some(name => name in changes)
  return connectEntra({
    graphUrl,
    authorityHost,
    tenantId,
    clientId,
    ...(!isOther && { clientSecret }),
    caFile,
    mode: 'export',
    ...changes
  })
}

/** A user who is to be created. `name` makes the sign-in name, the entry id and the anchor. */
export function newUser(name: string, attributes: AttributeRecord = {}): PendingExport {
  const sourceAnchor = anchorOf(name)
  return {
    entryId: name,
    objectType: 'user',
    sourceAnchor,
    desiredPresent: true,
    desired: {
      accountEnabled: true,
      displayName: name,
      mailNickname: name,
      userPrincipalName: `${name}@contoso.com`,
      onPremisesImmutableId: sourceAnchor,
      department: null,
      businessPhones: [],
      ...attributes
    },
    desiredRevision: 1,
    exportedRevision: 0,
    exported: undefined,
    entraId: undefined,
    entraState: 'absent',
    since: new Date().toISOString()
  }
}

export function newGroup(name: string, attributes: AttributeRecord = {}): PendingExport {
  return {
    ...newUser(name),
    objectType: 'group',
    desired: {
      displayName: name,
      mailNickname: name,
      description: null,
      securityEnabled: true,
      mailEnabled: false,
      uniqueName: `unique-${name}`,
      ...attributes
    }
  }
}

/** Sixteen bytes that only this name has, with the signs that an address must not carry as they are. */
export function anchorOf(name: string): string {
  return Buffer.concat([Buffer.from([0xfb, 0xef, 0xff]), Buffer.from(name.padEnd(13).slice(0, 13))]).toString(
    'base64'
  )
}

/** The same object once the tenant has it, with other attributes desired. */
export function changed(
  pending: PendingExport,
  entraId: string,
  attributes: AttributeRecord = {}
): PendingExport {
  return {
    ...pending,
    exported: pending.desired,
    exportedRevision: pending.desiredRevision,
    desired: { ...pending.desired, ...attributes },
    desiredRevision: pending.desiredRevision + 1,
    entraId,
    entraState: 'present'
  }
}

/** Writes one object. */
export async function write(entra: Entra, pending: PendingExport): Promise<WriteOutcome> {
  const outcome = (await entra.writeObjects([pending])).get(pending.entryId)
  if (outcome === undefined) throw new Error(`no outcome for ${pending.entryId}`)
  return outcome
}

/** Writes objects that must arrive; their ids by entry id. */
export async function arrive(entra: Entra, pending: readonly PendingExport[]): Promise<Map<string, string>> {
  const outcomes = await entra.writeObjects(pending)
  return new Map([...outcomes].map(([entryId, outcome]) => [entryId, idOf(outcome)]))
}

export function idOf(outcome: WriteOutcome | undefined): string {
  if (outcome?.result === 'written' && outcome.entraId !== undefined) return outcome.entraId
  throw new Error(`expected an object with an id, got ${JSON.stringify(outcome)}`)
}

type Ends = Pick<PendingLink, 'sourceEntryId' | 'sourceEntraId' | 'targetEntryId' | 'targetEntraId'>

/** A link between two objects that are in the tenant, by their entry ids. */
export function link(
  ids: ReadonlyMap<string, string>,
  attribute: PendingLink['attribute'],
  operation: PendingLink['operation'],
  ends: readonly [source: string, target: string]
): PendingLink {
  const [sourceEntryId, targetEntryId] = ends
  const both: Ends = {
    sourceEntryId,
    targetEntryId,
    sourceEntraId: ids.get(sourceEntryId) ?? '',
    targetEntraId: ids.get(targetEntryId) ?? ''
  }
  return { attribute, operation, targetType: 'user', ...both }
}
