import { authRouter } from 'authrouter'
import express from 'express'
import session from 'express-session'
import { client, endpoints, secret } from '../settings.mjs'

/**
 * @param mode where sessions are: `cookie`, `session`, `store` or `redis`
 * @param providers how many providers are configured
 */
export default async function withAuthrouter({ origin, issuer, mode, providers = 2 }) {
  const { authorization, token, userinfo } = endpoints(issuer)
  const common = { clientId: client.id, clientSecret: client.secret }
  const oauth = {
    ...common,
    protocol: 'oauth2',
    authorizationEndpoint: authorization,
    tokenEndpoint: token,
    userinfoEndpoint: userinfo,
    scope: ['profile'],
    profile: { id: 'sub', name: 'name', email: 'email', picture: 'picture' },
  }
  const others = Array.from({ length: providers - 2 }, (_other, index) => [`other-${index}`, oauth])
  const app = express()
  if (mode === 'session') app.use(session({ secret, resave: false, saveUninitialized: false }))
  app.use(
    authRouter({
      secret,
      baseUrl: origin,
      ...(mode === 'store' ? { session: { store: new session.MemoryStore() } } : {}),
      ...(mode === 'redis' ? { session: { store: await redisStore() } } : {}),
      providers: {
        oauth, // express-openid-connect asks no userinfo endpoint either.
        openid: { ...common, protocol: 'oidc', issuer, userinfo: false },
        ...Object.fromEntries(others),
      },
    }),
  )
  app.get('/', (req, res) => res.send(`Hello ${req.authUser?.name ?? 'stranger'}`))
  return app
}

async function redisStore() {
  const { RedisStore } = await import('connect-redis')
  const { createClient } = await import('redis')
  const connection = createClient({ url: process.env.BENCH_REDIS_URL })
  await connection.connect()
  return new RedisStore({ client: connection })
}
