import type { ObjectGuid } from '@opendirsync/contracts'
import { guidOf, namedGuids } from './guid.ts'

/** Ours, drawn once. With another one every person of every file would be somebody else. */
const connectorNamespace = 'd61c2b14-5cc9-4f1e-a9a3-9b68c63fa319'

/**
 * What turns an anchor of this connector into an objectGUID. A value that is a GUID is the objectGUID itself. Any
 * other becomes a UUID of version 5, in a namespace that is the UUID of version 5 of the connector's name.
 * Spaces around it, case, and how an accent is encoded make no difference: programs change these from one export
 * to the next, and a person who gets another objectGUID is deleted and created again.
 */
export function anchorToGuid(connector: string): (anchor: string) => ObjectGuid {
  const named = namedGuids(namedGuids(connectorNamespace)(connector.toLowerCase()))
  return anchor => {
    const text = anchor.trim()
    return guidOf(text) ?? named(text.normalize('NFC').toLowerCase())
  }
}

/** The name that the object has in the connector space: `CN=<anchor>,O=<connector>` (RFC 4514 section 2.4). */
export function personDn(anchor: string, connector: string): string {
  return `CN=${escapeDnValue(anchor)},O=${escapeDnValue(connector)}`
}

function escapeDnValue(value: string): string {
  return value.replace(/[\\,+"<>;=]|^[ #]| $/g, '\\$&')
}
