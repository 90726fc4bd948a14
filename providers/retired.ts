/**
 * Names of services that are gone, have moved or are known under another name, each with a sentence that says since when and what to use
 * instead. They are not entries: asking for one is a mistake of the configuration, and the sentence is its message.
 */
export const retired: Readonly<Record<string, string>> = {
  // Closed
  behance: 'its sign-in for other applications ended and its API takes no new clients; Adobe\'s own sign-in is \'adobe\'.',
  cosm: 'it became Xively in 2013 and was closed in 2018; there is no successor.',
  fitbit: 'its Web API ended on 2 November 2026; the successor is Google\'s Health API, signed in to with \'google\'.',
  fivehundredpx: 'its public API was closed in June 2018; there is no successor.',
  '500px': 'its public API was closed in June 2018; there is no successor.',
  'gae-openid': 'Google\'s OpenID 2.0 ended in 2015; behind Google Cloud use \'google-iap\', elsewhere \'google\'.',
  goodreads: 'its API was retired in December 2020 and no keys are issued.',
  'google-openid2': 'Google\'s OpenID 2.0 ended on 20 April 2015; use \'google\'.',
  'instagram-basic': 'the Basic Display API ended on 4 December 2024; use \'instagram\', which is for professional accounts.',
  'meetup-oauth1': 'OAuth 1.0a ended there in August 2019; use \'meetup\'.',
  persona: 'Mozilla closed it on 30 November 2016; \'google\' and \'apple\' give a verified e-mail address too.',
  'mozilla-persona': 'Mozilla closed it on 30 November 2016; \'google\' and \'apple\' give a verified e-mail address too.',
  'openstreetmap-oauth1': 'OAuth 1.0a ended there in 2024; use \'openstreetmap\'.',
  ubuntuone: 'its OAuth endpoints closed in 2014, and what is left speaks OpenID 2.0 only, which this version does not; \'github\' and \'gitlab\' reach many of the same people.',
  'ubuntuone-oauth1': 'its OAuth endpoints closed in 2014, and what is left speaks OpenID 2.0 only, which this version does not; \'github\' and \'gitlab\' reach many of the same people.',
  viadeo: 'its API was closed and the company went into liquidation in 2016; there is no successor.',
  'vimeo-oauth1': 'OAuth 1.0a was switched off there; use \'vimeo\'.',
  'xero-oauth1': 'OAuth 1.0a was switched off there in 2021; use \'xero\'.',
  'yahoo-oauth1': 'OAuth 1.0a ended there in January 2019; use \'yahoo\'.',
  'yahoo-openid2': 'OpenID 2.0 was closed there; use \'yahoo\'.',

  // Moved: new clients are let in elsewhere
  'azure-b2c': 'it is not sold to new customers since May 2025; for a tenant that has it, write an entry with protocol \'oidc\' and the issuer of its user flow.',
  'bitbucket-oauth1': 'API 1.0 was removed in April 2019; use \'bitbucket\'.',
  'garmin-oauth1': 'its developer programme moved to OAuth 2.0; use \'garmin\'.',
  'linkedin-v2': 'it is closed to new applications since August 2023; use \'linkedin\'.',
  'slack-v1': 'no classic applications can be made since mid-2024; use \'slack\'.',
  'vk-legacy': 'VK ID replaces it; use \'vk\'.',
  windowslive: 'the Live SDK closed in 2018; use \'microsoft\' with tenant: \'consumers\'.',
  live: 'the Live SDK closed in 2018; use \'microsoft\' with tenant: \'consumers\'.',
  yammer: 'legacy tokens expire and new applications are registered by support case only since July 2025; use \'microsoft\'.',

  // Nobody can register a new client, as far as is known
  'bankid-no': 'access is by contract; write an entry with protocol \'oidc\' and the issuer that the contract names.',
  deezer: 'no new applications have been let in for some time; a client that exists can be used by an entry with protocol \'oauth2\'.',
  evernote: 'keys are given on request only; a client that exists can be used by an entry with protocol \'oauth1\'.',
  livejournal: 'its OAuth endpoints have long been unattended.',
  medium: 'its API is archived and takes no new integrations.',
  tripit: 'its developer programme is quiet; a client that exists can be used by an entry with protocol \'oauth1\'.',
  untappd: 'its API takes hardly any new clients; one that exists can be used by an entry with protocol \'oauth2\'.',
  xing: 'its developer programme is closed to new applications; a client that exists can be used by an entry with protocol \'oauth1\'.',

  // Other names
  '42': 'use \'school42\'.',
  '42-school': 'use \'school42\'.',
  'azure-ad': 'use \'microsoft\'.',
  azuread: 'use \'microsoft\'.',
  lark: 'use \'feishu\' with domain: \'larksuite.com\'.',
  logingov: 'use \'login-gov\'.',
  mediawiki: 'use \'wikimedia\'.',
  'microsoft-entra-id': 'use \'microsoft\'.',
  microsoftonline: 'use \'microsoft\'.',
  ok: 'use \'odnoklassniki\'.',
  quickbooks: 'use \'intuit\'.',
  stackoverflow: 'use \'stackexchange\'.',
  'twitter-oauth1': 'use \'twitter\'.',
  'twitter-oauth2': 'use \'x\'.',
  twitter2: 'use \'x\'.',
  vkid: 'use \'vk\'.',
  vkontakte: 'use \'vk\'.',
  weixin: 'use \'wechat\'.',
  'x-oauth1': 'use \'twitter\'.',
}
