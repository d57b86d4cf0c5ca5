import { type InboundFlow, inbound } from './attribute-flow.ts'
import { single } from './values.ts'

/** The GUID's text, which names a group in the tenant (`uniqueName`). */
export const objectGuid: InboundFlow = inbound({
  target: 'objectGUID',
  sources: ['objectGUID'],
  flow: ({ objectGUID }) => single(objectGUID) ?? null
})

/** displayName, else the common name, as in Entra Connect; `name` is the RDN's value, whatever its attribute. */
export const displayName: InboundFlow = inbound({
  target: 'displayName',
  sources: ['displayName', 'cn', 'name'],
  flow: ({ displayName: shown, cn, name }) => single(shown) ?? single(cn) ?? single(name) ?? null
})
