import { single } from '../values.ts'
import { inbound } from './declared-flow.ts'

/** displayName, else the common name, as in Entra Connect; `name` is the RDN's value, whatever its attribute. */
export const displayName = inbound({
  target: 'displayName',
  sources: ['displayName', 'cn', 'name'],
  how: 'the first that there is, trimmed',
  connect: 'does not look at name',
  flow: ({ displayName: shown, cn, name }) => single(shown) ?? single(cn) ?? single(name) ?? null
})

/** A contact has no account name that an alias could be made of. */
export const contactMailNickname = inbound({
  target: 'mailNickname',
  sources: ['mailNickname', 'cn'],
  how: 'the first that there is, trimmed',
  flow: ({ mailNickname, cn }) => single(mailNickname) ?? single(cn) ?? null
})
