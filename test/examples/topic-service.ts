import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

/** What is asked of the service, and when. */
export interface TopicService {
  readonly url: string
  /** Texts in the order in which they were asked for, repeated ones too. */
  readonly asked: string[]
  readonly arrivals: number[]
  readonly mostAtOnce: () => number
}

/**
 * A service on loopback that knows the topic of a text: its last word. It is busy at the first request for each text
 * with "flaky", and at all for "cursed". The very first answer waits until a second request is there.
 */
export async function startTopicService(): Promise<TopicService> {
  const asked: string[] = []
  const arrivals: number[] = []
  let atOnce = 0
  let most = 0
  let letGo: () => void = () => {}
  const second = new Promise<void>(resolve => {
    letGo = resolve
  })

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    arrivals.push(performance.now())
    most = Math.max(most, ++atOnce)
    if (arrivals.length > 1) letGo()
    let body = ''
    for await (const part of request) body += part
    const { text } = JSON.parse(body) as { text: string }
    const isBusy = text.includes('cursed') || (text.includes('flaky') && !asked.includes(text))
    asked.push(text)
    await second
    atOnce--
    if (request.url !== '/topic') response.writeHead(404).end()
    else if (isBusy) response.writeHead(503).end()
    else response.end(JSON.stringify({ topic: text.split(' ').at(-1) }))
  }

  const server = createServer((request, response) => void answer(request, response))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}/topic`, asked, arrivals, mostAtOnce: () => most }
}
