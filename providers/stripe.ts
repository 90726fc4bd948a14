import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'Stripe Connect',
  docs: 'https://docs.stripe.com/connect/oauth-reference',
  color: '#635bff',
  authorizationEndpoint: 'https://connect.stripe.com/oauth/authorize',
  tokenEndpoint: 'https://connect.stripe.com/oauth/token',
  userinfoEndpoint: 'https://api.stripe.com/v1/account',
  facts: { accountId: 'stripe_user_id', livemode: 'livemode' },
  apiBaseUrl: 'https://api.stripe.com/v1/',
  clientAuth: 'post',
  refreshTokens: true,
  scope: ['read_write'],
  profile: {
    id: 'id', name: 'settings.dashboard.display_name', email: 'email', website: 'business_profile.url',
    zoneinfo: 'settings.dashboard.timezone',
  },
})
