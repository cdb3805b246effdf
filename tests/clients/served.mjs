// A server under test on a port of its own, for checks.mjs: starts it, reads its address, ends it with SIGTERM.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

const EXIT_MS = 2000

export async function serve([command, ...args], token) {
  const { LMCP_TOKEN: _, ...environment } = process.env
  const server = spawn(command, [...args, '--http', '127.0.0.1:0'], {
    stdio: ['ignore', 'inherit', 'pipe'],
    env: token === undefined ? environment : { ...environment, LMCP_TOKEN: token }
  })
  process.on('exit', () => server.kill('SIGKILL'))
  const ended = once(server, 'exit')
  const lines = createInterface({ input: server.stderr })
  const [line] = await Promise.race([once(lines, 'line'), ended.then(([code]) => [`it ended with ${code}`])])
  lines.on('line', line => console.error(line))
  const [, url] = line.match(/ serves (http:\/\/127\.0\.0\.1:[1-9][0-9]*\/mcp)\b/) ?? []
  assert(url, `the server said ${JSON.stringify(line)}, want its address`)

  return {
    url: new URL(url),
    // Gives a check: the server has ended well, and soon after this call.
    terminate() {
      let timer
      const late = new Promise((_, reject) => {
        timer = setTimeout(() => reject(new Error(`it still runs ${EXIT_MS} ms after SIGTERM`)), EXIT_MS)
      })
      const inTime = Promise.race([ended, late]).finally(() => clearTimeout(timer))
      inTime.catch(() => {}) // whoever asks is told
      server.kill('SIGTERM')
      return async () => {
        const [code, signal] = await inTime
        assert.equal(code, 0, `it ended with ${code ?? signal}`)
      }
    }
  }
}
