import { freePort, startSambaDomain, startSystem } from '@opendirsync/testing'
import type { TestProject } from 'vitest/node'

/** One domain and one system for all flows; each test works in an organizational unit of its own. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  await using started = new AsyncDisposableStack()
  const domain = started.use(await startSambaDomain())
  const tracePort = await freePort()
  const system = started.use(
    await startSystem({
      domain,
      environment: {
        OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${tracePort}`,
        // Spans leave soon after they end, so that a test need not wait for the usual five seconds.
        OTEL_BSP_SCHEDULE_DELAY: '100'
      }
    })
  )
  const { url, serverName, baseDn, bindDn, password, caFile } = domain
  project.provide('flows', {
    domain: { url, serverName, baseDn, bindDn, password, caFile },
    graph: system.emulator.graph,
    api: system.api,
    tracePort
  })
  const running = started.move()
  return () => running.disposeAsync()
}
