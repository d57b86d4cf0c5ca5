import { randomInt } from 'node:crypto'
import { isPortFree } from '../processes/free-port.ts'

/** What a domain controller listens on, always: Kerberos, RPC, LDAP, LDAPS, global catalogue. */
const ports = [88, 135, 389, 464, 636, 3268, 3269, 49152]

/**
 * A domain controller cannot choose its ports, but Linux answers on all of 127.0.0.0/8: an address of that network on
 * which every one of the ports, and of `morePorts`, is free.
 * @throws Error when none is found: not root, or something holds those ports on all addresses.
 */
export async function freeLoopbackAddress(...morePorts: readonly number[]): Promise<string> {
  const wanted = [...ports, ...morePorts]
  for (let attempts = 0; attempts < 20; attempts++) {
    const address = `127.${randomInt(1, 255)}.${randomInt(0, 255)}.${randomInt(2, 255)}`
    const free = await Promise.all(wanted.map(port => isPortFree(address, port)))
    if (free.every(Boolean)) return address
  }
  throw new Error(
    `A domain controller needs ports ${wanted.join(', ')} on an address of 127.0.0.0/8: run as root, ` +
      'and stop what listens there on all addresses'
  )
}
