import { cas, defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: cas(),
  title: 'CAS',
  docs: 'https://apereo.github.io/cas/development/protocol/CAS-Protocol-Specification.html',
  color: '#153e50',
  parameters: { server: { description: 'Host of the CAS server, with its path', kind: 'address', example: 'cas.school.example/cas' } },
  authorizationEndpoint: 'https://{server}/login',
  tokenEndpoint: 'https://{server}/p3/serviceValidate',
  endSessionEndpoint: 'https://{server}/logout',
})
