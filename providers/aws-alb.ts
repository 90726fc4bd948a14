import { defineProvider } from '../lib/types.js'

// `issuer` is that of the identity provider which the load balancer signs users in with, and `clientId`, if set, its client there:
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html#user-claims-encoding
export default defineProvider({
  protocol: 'header-jwt',
  title: 'AWS Application Load Balancer',
  docs: 'https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html',
  color: '#ff9900',
  parameters: {
    region: { description: 'Region of the load balancer', kind: 'segment', example: 'eu-west-1' },
    loadBalancer: {
      description: 'ARN of the load balancer',
      kind: 'text',
      example: 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/web/50dc6c495c0c9188',
    },
  },
  // The headers x-amzn-oidc-identity and x-amzn-oidc-accesstoken beside it are not signed, and never read.
  header: 'x-amzn-oidc-data',
  // Every load balancer of a region signs with the same keys: only this tells one's own.
  signer: '{loadBalancer}',
  keyEndpoint: 'https://public-keys.auth.elb.{region}.amazonaws.com/{kid}',
  idTokenAlgs: ['ES256'],
  refreshTokens: false,
})
