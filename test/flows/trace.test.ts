import { type ReceivedSpan, startTraceReceiver } from '@opendirsync/testing'
import { expect, inject, it } from 'vitest'
import { useFlow } from './flow.ts'

const flow = useFlow()
const { tracePort } = inject('flows')

it('shows one change as one trace, from the page of the import to the Graph call', async () => {
  const dn = await flow.directory.addUser('Pia Traced')
  await flow.agree()
  await using receiver = await startTraceReceiver(tracePort)
  await flow.directory.set(dn, 'title', 'Traced')
  await flow.agree()

  const trace = await receiver.waitForSpans(spans => {
    const graphCall = spans.find(
      span => span.service === 'export' && String(span.attributes['url.path']).endsWith('/$batch')
    )
    const whole = spans.filter(span => span.traceId === graphCall?.traceId)
    // Each service sends its spans when it gets to it.
    const services = new Set(whole.map(span => span.service))
    const complete = services.size === 3 && whole.every(span => isRootOrChild(span, whole))
    return complete && whole.some(span => span.name === 'import page') ? whole : undefined
  }, 'a trace from the import to Graph')

  expect(new Set(trace.map(span => span.service))).toEqual(new Set(['import', 'transform', 'export']))
  const roots = trace.filter(span => span.parentSpanId === undefined)
  expect(roots.map(span => span.name)).toEqual(['import page'])
})

function isRootOrChild(span: ReceivedSpan, trace: readonly ReceivedSpan[]): boolean {
  return span.parentSpanId === undefined || trace.some(other => other.spanId === span.parentSpanId)
}
