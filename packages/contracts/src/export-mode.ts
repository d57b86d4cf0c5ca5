/** `staging`: everything is imported and synchronised, and nothing is written to the tenant. */
export type ExportMode = 'export' | 'staging'
