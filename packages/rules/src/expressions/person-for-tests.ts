import { compileExpression } from './expression.ts'
import type { SourceValue } from './values.ts'

/** An object with an attribute of each kind. */
const person: Readonly<Record<string, SourceValue>> = {
  dn: ['CN=Rossi\\, Ada,OU=Turin,OU=IT,DC=corp,DC=example,DC=com'],
  objectGUID: ['6f9619ff-8b86-d011-b42d-00c04fc964ff'],
  givenName: ['Ada'],
  sn: [' Rossi '],
  mail: ['ada.rossi@old.example'],
  department: ['EXT-Sales'],
  employeeType: ['Intern'],
  employeeID: ['007'],
  userAccountControl: ['514'],
  groupType: ['-2147483646'],
  recipient: ['2'],
  flag: ['TRUE'],
  telephoneNumber: ['+39 0115551234'],
  pwdLastSet: ['129699324000000000'],
  hired: ['2021-06-30+08:00'],
  proxyAddresses: ['SIP:ada@corp.example', 'SMTP:ada@corp.example', 'smtp:a.rossi@corp.example'],
  phones: ['1-2', '3-4'],
  one: ['only'],
  sid: ['AQUAAAAAAAUVAAAAAQAAAAIAAAADAAAA9AEAAA=='],
  guid: ['/xmWb4aLEdC0LQDAT8lk/w=='],
  enabled: true,
  parts: { a: 'b' }
}

/** What the expression gives for it. */
export function evaluated(text: string): unknown {
  const compiled = compileExpression(text)
  if ('fault' in compiled) throw new Error(`${compiled.fault.offset}: ${compiled.fault.message}`)
  return compiled.ok.evaluate(name => (Object.hasOwn(person, name) ? person[name] : undefined))
}
