import { type DomainFiles, runPython } from '../samba/provision.ts'
import type { Company } from './company.ts'

/**
 * Loads a company into a domain that is not running, in one transaction: about a second for 1,000 people.
 * For `startSambaDomain({ populate: files => populate(files, company()) })`.
 * @throws Error naming the object that the directory refused.
 */
export async function populate(files: DomainFiles, { objects }: Company): Promise<void> {
  await runPython('load_objects.py', files, objects)
}
