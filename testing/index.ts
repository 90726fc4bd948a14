export { startOauth1Provider, type Oauth1Client, type Oauth1Provider, type Oauth1ProviderOptions } from './oauth1Provider.js'
export { startOpenidProvider, type OpenidClient, type OpenidProvider, type OpenidProviderOptions } from './openidProvider.js'
export { people, type Person } from './people.js'
