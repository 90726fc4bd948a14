import { Server } from 'node:net'

// Node.js closes a connection on which nothing has come for five seconds. On a machine that is busy for as long, a test's next request is on its
// way by then, and is lost. A server that says how long it keeps them is left as it is.
const usual = 5_000

const listen = Reflect.get(Server.prototype, 'listen') as (this: Server, ...given: unknown[]) => Server

Server.prototype.listen = function (this: Server & { keepAliveTimeout?: number }, ...given: unknown[]): Server {
  if (this.keepAliveTimeout === usual) this.keepAliveTimeout = 120_000
  return listen.apply(this, given)
}
