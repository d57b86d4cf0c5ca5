// A program: reads a domain by DirSync as the importer does, decodes it, and forgets it. Prints one line of JSON.
// The server comes as JSON in the variable DIRECTORY. Measured from the connect to the last cookie.

import { connectDirectory, type DirectoryServer, dirSync } from '@opendirsync/active-directory'
import { importedAttributes } from './dir-sync-request.ts'
import { peakRssMiB } from './peak-memory.ts'

const { namingContext, ...server } = JSON.parse(process.env.DIRECTORY ?? '') as DirectoryServer & {
  namingContext: string
}
const startedAt = performance.now()
await using connection = await connectDirectory(server)
let objects = 0
for await (const step of dirSync(connection, { namingContext, attributes: importedAttributes })) {
  if (step.kind === 'changes') objects += step.changes.length
}
const seconds = (performance.now() - startedAt) / 1_000
console.log(JSON.stringify({ objects, seconds, peakRssMiB: await peakRssMiB('self') }))
