import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { DomainFiles } from '@opendirsync/testing'

/** Debian's own interpreter: python3-samba is for that one. */
const python = '/usr/bin/python3'

/**
 * Gives users the attributes of Exchange that rules look at, as Exchange's setup does: mailNickname,
 * msExchMasterAccountSid, msExchRecipientTypeDetails, extensionAttribute1 and msExchUsageLocation.
 * For `startSambaDomain({ populate: extendSchema })`.
 */
export async function extendSchema({ samDb, smbConf }: DomainFiles): Promise<void> {
  await promisify(execFile)(python, [join(import.meta.dirname, 'exchange_schema.py'), samDb, smbConf])
}
