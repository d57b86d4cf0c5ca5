import { nameFormat } from './crack-names.ts'
import type { DrsSession } from './drs-session.ts'

/**
 * The naming contexts that the controller lists. One that lists none is asked for the root of the account's domain.
 * @param domain NetBIOS or DNS name; may be empty
 */
export async function findNamingContexts(
  session: DrsSession,
  domain: string,
  signal: AbortSignal | undefined
): Promise<string[]> {
  const desired = nameFormat.distinguishedName
  const listed = await session.crackNames({ offered: nameFormat.listNamingContexts, desired }, [''], signal)
  const names = listed.flatMap(({ status, name }) => (status === 0 && name !== null ? [name] : []))
  if (names.length > 0 || domain === '') return names
  const found = await session.crackNames(
    { offered: nameFormat.windowsName, desired },
    [`${domain}\\`],
    signal
  )
  return found.flatMap(({ status, name }) => (status === 0 && name !== null ? [name] : []))
}
