import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from '@jest/globals'

// In a process of its own, because the environment is read when debug is loaded; through tsx, because it is about the sources.
const program = `
  import { createServer } from 'node:http'
  import { requestTokens } from './lib/endpoints/token.ts'
  import { createHttp } from './lib/http/http.ts'
  import createDebug from 'debug'
  const server = createServer((req, res) => {
    res.setHeader('content-type', 'application/json')
    res.end('{"access_token":"canary-token","token_type":"bearer"}')
  })
  server.listen(0, '127.0.0.1', async () => {
    const endpoint = 'http://127.0.0.1:' + server.address().port + '/token'
    const outbound = { timeout: 2000, maxBytes: 10000 }
    const provider = { protocol: 'oauth2', title: 'A', scope: [], tokenEndpoint: endpoint }
    const client = { clientId: 'canary-id', clientSecret: 'canary-secret' }
    const context = { slug: 'a', redirectUri: 'https://a.example/cb', provider, client, ...createHttp(outbound), outbound, now: Date.now }
    const form = { grant_type: 'authorization_code', code: 'canary-code', code_verifier: 'canary-verifier' }
    const answer = await requestTokens(context, form, endpoint)
    createDebug('other')('still heard')
    console.log(answer.access_token === 'canary-token' ? 'answered' : 'failed')
    server.close()
    server.closeAllConnections()
  })
`

test('Under DEBUG=* no credential, code or verifier is written, and other names still are', async () => {
  const root = fileURLToPath(new URL('../../..', import.meta.url))
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
    cwd: root,
    env: { ...process.env, DEBUG: '*', NODE_OPTIONS: '' },
  })
  expect(stdout.trim()).toBe('answered')
  expect(stderr).toContain('still heard')
  expect(stderr).not.toMatch(/canary/)
  expect(stderr).not.toContain(Buffer.from('canary-id:canary-secret').toString('base64'))
})
