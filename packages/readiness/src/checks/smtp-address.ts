import { cut } from '../characters.ts'

/** What RFC 5322's atoms lack (section 3.2.3); the period, allowed between atoms, has its own check. */
export const notInLocalPart = /[\0-\x20"(),:;<>[-\]\x7f]/

export const notInLocalPartText = 'Spaces and ( ) < > [ ] , ; : \\ " are not accepted.'

/** M365 "Prepare for directory synchronization" says this of proxyAddresses and targetAddress, IdFix of mail. */
export const mailMaxLength = 256

/** The name, so short that the whole value fits; undefined when nothing would be left of it. */
export function cutAddress(local: string, whole: string, maxLength: number): string | undefined {
  const room = local.length - (whole.length - maxLength)
  return room < 1 ? undefined : cut(local, room)
}
