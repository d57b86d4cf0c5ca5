/**
 * What became of a person's password.
 * - `sent`: the tenant has the newest one.
 * - `pending`: it is to be read and sent now. `retry`: once more, later. `staging`: when staging mode ends.
 * - `refused`: the tenant does not take it.
 * - `not-exported`: the person is not in the tenant yet; it is sent as soon as that is so.
 * - All others say why it is not sent.
 */
export const passwordStates = [
  'sent',
  'pending',
  'retry',
  'staging',
  'refused',
  'not-exported',
  'out-of-scope',
  'disabled',
  'must-change',
  'no-hash',
  'filtered',
  'inet-org-person',
  'computer'
] as const

export type PasswordState = (typeof passwordStates)[number]
