import swagger from '@fastify/swagger'
import type { App } from './app-type.ts'

/** Collects the descriptions of the routes that are added after it, and serves them at /openapi.json. */
export async function describeApi(app: App): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'OpenDirSync',
        version: '1',
        description: 'Keeps a Microsoft Entra tenant in step with Active Directory.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' }
      },
      tags: [
        { name: 'imports', description: 'Reading connected directories' },
        { name: 'rules', description: 'What becomes of objects' },
        { name: 'readiness', description: 'What in the directories would trouble the tenant' },
        { name: 'objects', description: 'What is where, and why' },
        { name: 'exports', description: 'What is written to the tenant, and whether' },
        { name: 'service', description: 'This service itself' }
      ],
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer', description: 'A key of API_KEYS' },
          apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key', description: 'A key of API_KEYS' }
        }
      },
      security: [{ bearer: [] }, { apiKey: [] }]
    },
    refResolver: {
      buildLocalReference: (schema, _baseUri, _fragment, index) =>
        typeof schema.$id === 'string' ? schema.$id : `schema-${index}`
    }
  })
  app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger())
}
