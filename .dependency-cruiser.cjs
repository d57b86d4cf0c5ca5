/**
 * The directions of the house: contracts <- rules, readiness; contracts <- adapters; services compose. The packages ldap
 * (which only the active-directory adapter uses), binary-xml and located-yaml are libraries of ours.
 * Tests and benches at the root may use everything.
 */
const adapters = [
  'store',
  'queue',
  'active-directory',
  'csv-directory',
  'drsr',
  'entra',
  'sync-service',
  'write-budget',
  'runtime'
]
const everyAdapter = `^packages/(${adapters.join('|')})/`

module.exports = {
  forbidden: [
    {
      name: 'no-cycle',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } }
    },
    {
      name: 'contracts-depend-on-nothing',
      severity: 'error',
      from: { path: '^packages/contracts/' },
      to: { path: '^(packages|services)/', pathNot: '^packages/contracts/' }
    },
    {
      name: 'ldap-stands-alone',
      severity: 'error',
      from: { path: '^packages/ldap/' },
      to: { path: '^(packages|services)/', pathNot: '^packages/ldap/' }
    },
    {
      name: 'located-yaml-stands-alone',
      severity: 'error',
      from: { path: '^packages/located-yaml/' },
      to: { path: '^(packages|services)/', pathNot: '^packages/located-yaml/' }
    },
    {
      name: 'binary-xml-stands-alone',
      severity: 'error',
      from: { path: '^packages/binary-xml/' },
      to: { path: '^(packages|services)/', pathNot: '^packages/binary-xml/' }
    },
    {
      name: 'only-the-sync-service-speaks-binary-xml',
      comment: 'its client, and its emulator',
      severity: 'error',
      from: { path: '^(packages|services)/', pathNot: '^packages/(binary-xml|sync-service|entra-emulator)/' },
      to: { path: '^packages/binary-xml/' }
    },
    {
      name: 'only-active-directory-uses-ldap',
      severity: 'error',
      from: { path: '^(packages|services)/', pathNot: '^packages/(ldap|active-directory)/' },
      to: { path: '^packages/ldap/' }
    },
    {
      name: 'rules-are-pure',
      comment: 'rules may use contracts, itself, and libraries that only compute: no Node module.',
      severity: 'error',
      from: { path: '^packages/rules/', pathNot: '[.]test[.]ts$' },
      to: { pathNot: ['^packages/(rules|contracts|located-yaml)/', '^node_modules/(jsep|re2js)/'] }
    },
    {
      name: 'readiness-is-pure',
      severity: 'error',
      from: { path: '^packages/readiness/', pathNot: '[.]test[.]ts$' },
      to: {
        pathNot: ['^packages/(readiness|contracts)/', '^node_modules/(tldts|csv-stringify)/', '^(node:)?url$']
      }
    },
    {
      name: 'adapters-never-import-one-another',
      severity: 'error',
      from: { path: `^packages/(${adapters.join('|')})/` },
      to: { path: everyAdapter, pathNot: '^packages/$1/' }
    },
    {
      name: 'adapters-know-only-contracts',
      severity: 'error',
      from: { path: everyAdapter },
      to: { path: '^packages/(rules|readiness|entra-emulator|testing)/' }
    },
    {
      name: 'emulator-stands-alone',
      severity: 'error',
      from: { path: '^packages/entra-emulator/' },
      to: { path: '^(packages|services)/', pathNot: '^packages/(entra-emulator|binary-xml)/' }
    },
    {
      name: 'packages-never-import-services',
      severity: 'error',
      from: { path: '^packages/' },
      to: { path: '^services/' }
    },
    {
      name: 'services-never-import-services',
      severity: 'error',
      from: { path: '^services/([^/]+)/' },
      to: { path: '^services/', pathNot: '^services/$1/' }
    },
    {
      name: 'only-tests-use-testing',
      severity: 'error',
      from: { path: '^services/' },
      to: { path: '^packages/(testing|entra-emulator)/' }
    },
    library('bullmq', 'queue'),
    library('ioredis', '(queue|write-budget)'),
    library('ldapts', 'ldap'),
    library('@microsoft/microsoft-graph-client', 'entra'),
    library('@azure/identity', 'entra'),
    library('yaml', 'located-yaml'),
    library('jsep', 'rules'),
    library('re2js', 'rules'),
    library('tldts', 'readiness'),
    library('kysely', 'store'),
    library('pg', 'store'),
    { name: 'not-resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } }
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '[.](sql|md)$' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
      extensions: ['.ts', '.mjs', '.js', '.json']
    }
  }
}

/** A library that only one package may know. Tests may use it to look from outside. */
function library(name, owner) {
  return {
    name: `only-${owner}-knows-${name}`,
    severity: 'error',
    from: { path: '^(packages|services)/', pathNot: `^packages/(${owner}|testing)/|[.]test[.]ts$` },
    to: { path: `^node_modules/${name}/` }
  }
}
