import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

interface Reply {
  readonly id?: number
  readonly method?: string
  readonly params?: unknown
  readonly result?: unknown
}

export interface Completion {
  readonly label: string
  readonly insertText?: string
  readonly documentation?: string | { readonly value: string }
}

export interface Diagnostic {
  readonly message: string
  readonly severity: number
  readonly range: { readonly start: { readonly line: number } }
}

/** The language server that editors run for YAML, spoken to as an editor does: over its pipes. */
export class LanguageServer implements AsyncDisposable {
  #child: ChildProcessWithoutNullStreams
  #answers = new Map<number, (result: unknown) => void>()
  #diagnostics = new Map<string, (found: readonly Diagnostic[]) => void>()
  #pending = Buffer.alloc(0)
  #lastId = 0

  private constructor(readonly schemaFile: string) {
    const program = resolve('node_modules', 'yaml-language-server', 'bin', 'yaml-language-server')
    this.#child = spawn(process.execPath, [program, '--stdio'])
    this.#child.stdout.on('data', chunk => this.#read(chunk))
  }

  static async start(schemaFile: string): Promise<LanguageServer> {
    const server = new LanguageServer(schemaFile)
    await server.#ask('initialize', {
      processId: process.pid,
      rootUri: null,
      capabilities: { textDocument: { hover: { contentFormat: ['markdown'] } }, workspace: { configuration: true } },
    })
    server.#tell('initialized', {})
    // Its settings are asked for by then.
    await server.diagnose('np: 1\n')
    return server
  }

  /** What the server finds wrong with a recipe. */
  diagnose(text: string): Promise<readonly Diagnostic[]> {
    const { textDocument } = this.#open(text)
    return new Promise(resolve => this.#diagnostics.set(textDocument.uri, resolve))
  }

  /** What is offered where `|` stands. */
  async complete(marked: string): Promise<readonly Completion[]> {
    const { items } = (await this.#ask('textDocument/completion', this.#open(marked))) as { items: Completion[] }
    return items
  }

  /** What is told of the word in which `|` stands. */
  async hover(marked: string): Promise<string> {
    const hover = (await this.#ask('textDocument/hover', this.#open(marked))) as { contents: { value: string } } | null
    return hover?.contents.value ?? ''
  }

  #open(marked: string): OpenDocument {
    const at = marked.indexOf('|')
    const text = at < 0 ? marked : marked.slice(0, at) + marked.slice(at + 1)
    const before = marked.slice(0, Math.max(0, at)).split('\n')
    const uri = `file:///recipe-${++this.#lastId}.yaml`
    this.#tell('textDocument/didOpen', { textDocument: { uri, languageId: 'yaml', version: 1, text } })
    return { textDocument: { uri }, position: { line: before.length - 1, character: before.at(-1)?.length ?? 0 } }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#child, 'close')
    await this.#ask('shutdown', null)
    this.#tell('exit', null)
    await closed
  }

  #ask(method: string, params: unknown): Promise<unknown> {
    const id = ++this.#lastId
    const answer = new Promise(resolve => this.#answers.set(id, resolve))
    this.#send({ id, method, params })
    return answer
  }

  #tell(method: string, params: unknown): void {
    this.#send({ method, params })
  }

  #send(message: object): void {
    const body = JSON.stringify({ jsonrpc: '2.0', ...message })
    this.#child.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`)
  }

  #read(chunk: Buffer): void {
    this.#pending = Buffer.concat([this.#pending, chunk])
    for (;;) {
      const header = this.#pending.indexOf('\r\n\r\n')
      if (header < 0) return
      const length = Number(/Content-Length: (\d+)/.exec(this.#pending.subarray(0, header).toString())?.[1])
      const end = header + 4 + length
      if (this.#pending.length < end) return
      const message = JSON.parse(this.#pending.subarray(header + 4, end).toString()) as Reply
      this.#pending = this.#pending.subarray(end)
      this.#onMessage(message)
    }
  }

  #onMessage({ id, method, params, result }: Reply): void {
    if (method === undefined && id !== undefined) this.#answers.get(id)?.(result)
    if (method === 'textDocument/publishDiagnostics') {
      const { uri, diagnostics } = params as { uri: string; diagnostics: readonly Diagnostic[] }
      this.#diagnostics.get(uri)?.(diagnostics)
    }
    if (method === 'workspace/configuration') this.#send({ id, result: this.#settings(params) })
    else if (method !== undefined && id !== undefined) this.#send({ id, result: null })
  }

  #settings(params: unknown): unknown[] {
    const yaml = {
      schemas: { [pathToFileURL(this.schemaFile).href]: '*.yaml' },
      schemaStore: { enable: false },
      validate: true,
      hover: true,
      completion: true,
    }
    const { items } = params as { items: readonly { section: string }[] }
    return items.map(({ section }) => (section === 'yaml' ? yaml : {}))
  }
}

interface OpenDocument {
  readonly textDocument: { readonly uri: string }
  readonly position: { readonly line: number; readonly character: number }
}
