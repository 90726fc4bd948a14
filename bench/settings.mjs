// What all applications of the bench share.
export const secret = 'a secret of the bench, long enough to encrypt with'
export const client = { id: 'the-client', secret: 'the secret of the client' }

export const endpoints = (issuer) => ({
  authorization: `${issuer}/authorize`,
  token: `${issuer}/token`,
  userinfo: `${issuer}/userinfo`,
})
