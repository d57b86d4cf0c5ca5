import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export interface CuttableProxy extends AsyncDisposable {
  readonly url: string
  /** Drops every connection and refuses new ones. */
  cut(): Promise<void>
  mend(): Promise<void>
}

/** A way to a Redis server that can be cut while the server and its data stay. */
export async function startCuttableProxy(targetPort: number): Promise<CuttableProxy> {
  const sockets = new Set<Socket>()
  const server = createServer(client => {
    const target = connect({ host: '127.0.0.1', port: targetPort })
    for (const socket of [client, target]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        sockets.delete(socket)
        client.destroy()
        target.destroy()
      })
    }
    client.pipe(target).pipe(client)
  })
  async function listen(port: number): Promise<number> {
    server.listen({ host: '127.0.0.1', port })
    await once(server, 'listening')
    return (server.address() as AddressInfo).port
  }
  async function cut(): Promise<void> {
    if (!server.listening) return
    const closed = once(server, 'close')
    server.close()
    for (const socket of sockets) socket.destroy()
    await closed
  }
  const port = await listen(0)
  return {
    url: `redis://127.0.0.1:${port}`,
    cut,
    mend: async () => void (await listen(port)),
    [Symbol.asyncDispose]: cut
  }
}
