import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oidc',
  title: 'Amazon Cognito',
  docs: 'https://docs.aws.amazon.com/cognito/latest/developerguide/federation-endpoints.html',
  color: '#dd344c',
  parameters: {
    region: { description: 'Region of the user pool, such as eu-west-1', kind: 'segment' },
    userPoolId: { description: 'Id of the user pool', kind: 'segment' },
  },
  issuer: 'https://cognito-idp.{region}.amazonaws.com/{userPoolId}',
  apiBaseUrl: 'https://cognito-idp.{region}.amazonaws.com/',
  refreshTokens: true,
  scope: ['openid', 'profile', 'email'],
  profile: { username: 'username' },
})
