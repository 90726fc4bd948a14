import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oidc',
  title: 'Active Directory Federation Services',
  docs: 'https://learn.microsoft.com/en-us/windows-server/identity/ad-fs/overview/ad-fs-openid-connect-oauth-flows-scenarios',
  color: '#0078d4',
  parameters: { host: { description: 'Host of the federation service', kind: 'host' } },
  issuer: 'https://{host}/adfs',
  // The endpoint tells the subject and nothing else:
  // https://learn.microsoft.com/en-us/windows-server/identity/ad-fs/overview/ad-fs-faq
  userinfo: false,
  apiBaseUrl: 'https://{host}/adfs/',
  clientAuth: 'post',
  refreshTokens: true,
  scope: ['openid', 'profile', 'email'],
  profile: {
    username: 'upn',
    // Addresses come from the directory as they are; nothing says that one was verified:
    // https://learn.microsoft.com/en-us/windows-server/identity/ad-fs/technical-reference/the-role-of-claims
    emailVerified: () => undefined,
  },
})
