import { defineProvider, type RawProfile } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'VK ID',
  docs: 'https://id.vk.com/about/business/go/docs/ru/vkid/latest/vk-id/connection/api-integration/api-description',
  color: '#0077ff',
  parameters: { serviceToken: { description: 'Service token of a confidential application', kind: 'text', default: '' } },
  authorizationEndpoint: 'https://id.vk.ru/authorize',
  tokenEndpoint: 'https://id.vk.ru/oauth2/auth',
  userinfoEndpoint: 'https://id.vk.ru/oauth2/user_info',
  userinfoForm: ({ client }) => ({ client_id: client.clientId }),
  apiBaseUrl: 'https://api.vk.ru/method/',
  tokenPlacement: 'body',
  callbackParameters: ['device_id', 'state'],
  clientAuth: 'none',
  refreshTokens: false,
  scope: ['vkid.personal_info', 'email'],
  profile: {
    id: 'user.user_id', givenName: 'user.first_name', familyName: 'user.last_name', email: 'user.email', picture: 'user.avatar',
    phoneNumber: 'user.phone', gender, birthdate,
  },
  hooks: {
    // A code is bound to the device and the state of its callback, and a confidential application shows its service token:
    // https://id.vk.com/about/business/go/docs/ru/vkid/latest/vk-id/connection/api-integration/api-description
    tokenRequest: (form, { client: { parameters: { serviceToken = '' } = {} }, callback }) =>
      ({ ...form, ...callback, ...(serviceToken === '' ? {} : { service_token: serviceToken }) }),
    // A refresh needs the device too, which is known at the callback only: without it the refresh token is of no use.
    tokenResponse: ({ refresh_token: _ofTheDevice, ...answer }) => answer,
  },
})

// A number, and the day before the month:
// https://id.vk.com/about/business/go/docs/ru/vkid/latest/vk-id/connection/api-integration/api-description
function gender({ user }: RawProfile): string | undefined {
  const { sex } = (user ?? {}) as { sex?: unknown }
  return sex === 1 ? 'female' : sex === 2 ? 'male' : undefined
}

function birthdate({ user }: RawProfile): string | undefined {
  const { birthday } = (user ?? {}) as { birthday?: unknown }
  const isFull = typeof birthday === 'string' && /^\d\d\.\d\d\.\d{4}$/.test(birthday)
  return isFull ? birthday.split('.').reverse().join('-') : undefined
}
