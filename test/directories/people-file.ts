/** A line of the file; a missing value is an empty field. */
export interface PersonLine {
  readonly number: string
  readonly first: string
  readonly last?: string
  readonly upn?: string
  readonly title?: string
  readonly department?: string
  readonly phone?: string
  readonly active?: string
  readonly manager?: string
}

const header = 'Employee number;First name;Last name;UPN;Job title;Department;Phone;Active;Manager'

/** A file of people as a spreadsheet writes it. `raw` lines stand below the others as they are. */
export function peopleFile(people: readonly PersonLine[], raw: readonly string[] = []): string {
  const lines = people.map(({ number, first, last = 'Sample', ...rest }) => {
    const { upn = upnOf(first), title = '', department = '', phone = '', active = 'yes', manager = '' } = rest
    return [number, first, last, upn, title, department, phone, active, manager].join(';')
  })
  return `${[header, ...lines, ...raw].join('\r\n')}\r\n`
}

export function upnOf(name: string): string {
  return `${name.toLowerCase()}@corp.example.test`
}

export function namesOf(people: readonly PersonLine[]): string[] {
  return people.map(({ first }) => first)
}

/** `crowd(3, 'ina')` is ina0, ina1 and ina2. */
export function crowd(count: number, name: string): PersonLine[] {
  return Array.from({ length: count }, (_unused, index) => ({
    number: `${name}-${index}`,
    first: `${name}${index}`
  }))
}
