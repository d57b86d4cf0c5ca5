export interface Site {
  readonly name: string
  readonly country: string
  /** ISO 3166-1: alpha-2 and numeric, as AD's `c` and `countryCode`. */
  readonly countryAlpha2: string
  readonly countryNumeric: string
  readonly street: string
  readonly postalCode: string
  readonly phonePrefix: string
}

export interface Department {
  readonly name: string
  readonly head: string
  readonly titles: readonly string[]
}

export const companyName = 'Aldermoor Instruments'

export const sites: readonly Site[] = [
  site('Bremen', 'Germany', 'DE', '276', 'Am Speicher 4', '28195', '+49 421 5550'),
  site('Kraków', 'Poland', 'PL', '616', 'ul. Młyńska 12', '30-001', '+48 12 555 0'),
  site('Porto', 'Portugal', 'PT', '620', 'Rua do Cais 31', '4050-001', '+351 22 555 '),
  site('Galway', 'Ireland', 'IE', '372', '7 Quay Lane', 'H91 X0X0', '+353 91 555 ')
]

export const departments: readonly Department[] = [
  department('Engineering', 'Head of Engineering', [
    'Engineer',
    'Senior Engineer',
    'Test Engineer',
    'Technician'
  ]),
  department('Sales', 'Head of Sales', ['Account Manager', 'Sales Engineer', 'Sales Assistant']),
  department('Finance', 'Head of Finance', ['Accountant', 'Controller', 'Payroll Clerk']),
  department('Human Resources', 'Head of Human Resources', ['Recruiter', 'HR Partner']),
  department('IT', 'Head of IT', ['System Administrator', 'Service Desk Analyst', 'Network Engineer']),
  department('Production', 'Head of Production', [
    'Machinist',
    'Assembler',
    'Shift Lead',
    'Quality Inspector'
  ])
]

function site(
  name: string,
  country: string,
  countryAlpha2: string,
  countryNumeric: string,
  ...[street, postalCode, phonePrefix]: [string, string, string]
): Site {
  return { name, country, countryAlpha2, countryNumeric, street, postalCode, phonePrefix }
}

function department(name: string, head: string, titles: readonly string[]): Department {
  return { name, head, titles }
}
