// Programs of the bench in processes of their own.
import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { Agent } from 'undici'
import { createBrowser, finish, start } from './browser.mjs'
import { approve } from './provider.mjs'

/** Starts a file of this folder, which sends a message when it is ready. */
export function forked(file, parameters, env = {}) {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), parameters, {
    execArgv: ['--expose-gc', ...process.execArgv],
    // What an application writes of logins that fail is expected.
    stdio: ['ignore', 'ignore', process.env['BENCH_LOG'] ? 'inherit' : 'ignore', 'ipc'],
    env: { ...process.env, NODE_ENV: 'production', ...env },
  })
  const next = () =>
    new Promise((resolve, reject) => {
      const ended = () => reject(new Error(`${file} ${parameters.join(' ')} has ended`))
      child.once('exit', ended)
      child.once('message', (message) => {
        child.off('exit', ended)
        resolve(message)
      })
    })
  return {
    next,
    ask(question) {
      child.send(question)
      return next()
    },
    end: () => child.disconnect(),
  }
}

/** Starts an application of apps/. */
export async function startServer(name, issuer, connections, env) {
  const child = forked('serve.mjs', [name, issuer], env)
  const { origin } = await child.next()
  return { name, issuer, child, origin, dispatcher: new Agent({ connections, pipelining: 1, keepAliveTimeout: 60_000 }) }
}

export async function stopServers(servers) {
  for (const { child, dispatcher } of servers) {
    child.end()
    await dispatcher.destroy()
  }
}

export function newBrowser({ origin, dispatcher }) {
  return Object.assign(createBrowser(origin, dispatcher), { origin })
}

export async function signIn(server, protocol) {
  const browser = newBrowser(server)
  await finish(browser, approve(server.issuer, await start(server.name, protocol, browser)))
  return browser
}

/** The protocol that an application signs in with where either would do. */
export function protocolOf(name) {
  return name === 'expressOpenidConnect' ? 'openid' : 'oauth'
}
