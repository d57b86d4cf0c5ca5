import { SetupError } from '@opendirsync/contracts'
import {
  conformantBytes,
  conformantVaryingArray,
  contextHandle,
  full,
  guid,
  struct,
  uint32
} from '../ndr/index.ts'
import type { RpcSyntax } from './bind.ts'
import { connectRpc, type Operation } from './client.ts'
import { protocolError } from './faults.ts'
import { encodeTower, towerPort } from './tower.ts'

const ENDPOINT_MAPPER: RpcSyntax = { id: 'e1af8308-5d1f-11c9-91a4-08002b14a0fa', major: 3, minor: 0 }
const ENDPOINT_MAPPER_PORT = 135
const NO_OBJECT = '00000000-0000-0000-0000-000000000000'
const MAX_TOWERS = 4
const MAX_ANSWER_BYTES = 64 * 1024

const tower = struct({ length: uint32, octets: conformantBytes })

const mapRequest = { object: full(guid), tower: full(tower), handle: contextHandle, maxTowers: uint32 }
const mapResponse = {
  handle: contextHandle,
  count: uint32,
  towers: conformantVaryingArray(full(tower)),
  status: uint32
}

/** C706 appendix O. */
export const eptMap: Operation<typeof mapRequest, typeof mapResponse> = {
  name: 'ept_map',
  opnum: 3,
  request: mapRequest,
  response: mapResponse
}

interface PortLookup {
  readonly host: string
  readonly interface: RpcSyntax
  /** Of the endpoint mapper; 135 unless told otherwise. */
  readonly mapperPort?: number
  /** For connecting and for asking, each. */
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
}

/**
 * Asks a server on which TCP port it has an interface. Windows gives replication a port of its own at
 * every start, unless one is set.
 *
 * @throws SetupError `ad-address` when it does not have it
 * @throws UnavailableError when it cannot be asked
 */
export async function lookUpPort(lookup: PortLookup): Promise<number> {
  const { host, mapperPort = ENDPOINT_MAPPER_PORT, timeoutMs, signal } = lookup
  await using client = await connectRpc({
    host,
    port: mapperPort,
    interface: ENDPOINT_MAPPER,
    maxResponseBytes: MAX_ANSWER_BYTES,
    ...(timeoutMs !== undefined && { timeoutMs, connectTimeoutMs: timeoutMs }),
    ...(signal !== undefined && { signal })
  })
  const octets = encodeTower(lookup.interface)
  const answer = await client.call(
    eptMap,
    {
      object: NO_OBJECT,
      tower: { length: octets.length, octets },
      handle: Buffer.alloc(20),
      maxTowers: MAX_TOWERS
    },
    { signal }
  )
  const server = `${host}:${mapperPort}`
  try {
    for (const found of answer.towers) {
      const port = found === null ? undefined : towerPort(found.octets)
      if (port !== undefined) return port
    }
  } catch (error) {
    throw protocolError(server, error)
  }
  throw new SetupError(
    'ad-address',
    `${server} has no TCP port for ${lookup.interface.id} (status 0x${answer.status.toString(16)}): check that it is ` +
      'a domain controller.'
  )
}
