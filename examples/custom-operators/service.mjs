// A stand-in for a service: node examples/custom-operators/service.mjs [PORT]
import { createServer } from 'node:http'

const port = Number(process.argv[2] ?? 8080)

createServer(async (request, response) => {
  let body = ''
  for await (const part of request) body += part
  const { text } = JSON.parse(body)
  // One request in ten meets a busy service.
  if (Math.random() < 0.1) {
    response.writeHead(503).end()
    return
  }
  const topic = /[\u3040-\u30ff\u4e00-\u9fff]/.test(text) ? 'far east' : /[\u0400-\u04ff]/.test(text) ? 'east' : 'west'
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ topic }))
}).listen(port, '127.0.0.1', () => console.log(`listening on http://127.0.0.1:${port}/topic`))
