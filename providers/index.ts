// Written by scripts/generateProviders.mjs from the files beside it.
import type { Provider } from '../lib/types.js'
import adfs from './adfs.js'
import adobe from './adobe.js'
import airtable from './airtable.js'
import amazon from './amazon.js'
import anilist from './anilist.js'
import apple from './apple.js'
import asana from './asana.js'
import atlassian from './atlassian.js'
import auth0 from './auth0.js'
import authelia from './authelia.js'
import authentik from './authentik.js'
import autodesk from './autodesk.js'
import awsAlb from './aws-alb.js'
import azureAppService from './azure-app-service.js'
import baidu from './baidu.js'
import basecamp from './basecamp.js'
import battlenet from './battlenet.js'
import bitbucket from './bitbucket.js'
import bitly from './bitly.js'
import box from './box.js'
import bungie from './bungie.js'
import calendly from './calendly.js'
import cas from './cas.js'
import cern from './cern.js'
import cilogon from './cilogon.js'
import clerk from './clerk.js'
import clickup from './clickup.js'
import cloudflareAccess from './cloudflare-access.js'
import codeberg from './codeberg.js'
import cognito from './cognito.js'
import coinbase from './coinbase.js'
import dailymotion from './dailymotion.js'
import descope from './descope.js'
import deviantart from './deviantart.js'
import digitalocean from './digitalocean.js'
import dingtalk from './dingtalk.js'
import discogs from './discogs.js'
import discord from './discord.js'
import disqus from './disqus.js'
import docusign from './docusign.js'
import dropbox from './dropbox.js'
import epicgames from './epicgames.js'
import etsy from './etsy.js'
import eventbrite from './eventbrite.js'
import eveonline from './eveonline.js'
import facebook from './facebook.js'
import faceit from './faceit.js'
import fedora from './fedora.js'
import feishu from './feishu.js'
import figma from './figma.js'
import flickr from './flickr.js'
import forgejo from './forgejo.js'
import foursquare from './foursquare.js'
import franceconnect from './franceconnect.js'
import freshbooks from './freshbooks.js'
import fusionauth from './fusionauth.js'
import garmin from './garmin.js'
import gitea from './gitea.js'
import gitee from './gitee.js'
import github from './github.js'
import gitlab from './gitlab.js'
import globus from './globus.js'
import google from './google.js'
import googleIap from './google-iap.js'
import gumroad from './gumroad.js'
import harvest from './harvest.js'
import heroku from './heroku.js'
import hubspot from './hubspot.js'
import huggingface from './huggingface.js'
import imgur from './imgur.js'
import instagram from './instagram.js'
import intuit from './intuit.js'
import jumpcloud from './jumpcloud.js'
import kakao from './kakao.js'
import keycloak from './keycloak.js'
import kick from './kick.js'
import kinde from './kinde.js'
import launchpad from './launchpad.js'
import lichess from './lichess.js'
import line from './line.js'
import linear from './linear.js'
import linkedin from './linkedin.js'
import loginGov from './login-gov.js'
import logto from './logto.js'
import mailchimp from './mailchimp.js'
import mailru from './mailru.js'
import mastodon from './mastodon.js'
import mattermost from './mattermost.js'
import meetup from './meetup.js'
import mercadolibre from './mercadolibre.js'
import microsoft from './microsoft.js'
import miro from './miro.js'
import monday from './monday.js'
import musicbrainz from './musicbrainz.js'
import myanimelist from './myanimelist.js'
import naver from './naver.js'
import netlify from './netlify.js'
import nextcloud from './nextcloud.js'
import notion from './notion.js'
import odnoklassniki from './odnoklassniki.js'
import okta from './okta.js'
import onelogin from './onelogin.js'
import openid from './openid.js'
import openstreetmap from './openstreetmap.js'
import orcid from './orcid.js'
import ory from './ory.js'
import osu from './osu.js'
import patreon from './patreon.js'
import paypal from './paypal.js'
import pingfederate from './pingfederate.js'
import pingone from './pingone.js'
import pinterest from './pinterest.js'
import pipedrive from './pipedrive.js'
import plurk from './plurk.js'
import pocketid from './pocketid.js'
import polar from './polar.js'
import pomerium from './pomerium.js'
import qq from './qq.js'
import reddit from './reddit.js'
import roblox from './roblox.js'
import salesforce from './salesforce.js'
import school42 from './school42.js'
import seznam from './seznam.js'
import shopify from './shopify.js'
import simplelogin from './simplelogin.js'
import slack from './slack.js'
import slackV2 from './slack-v2.js'
import smugmug from './smugmug.js'
import snapchat from './snapchat.js'
import soundcloud from './soundcloud.js'
import spotify from './spotify.js'
import stackexchange from './stackexchange.js'
import startgg from './startgg.js'
import steam from './steam.js'
import strava from './strava.js'
import streamlabs from './streamlabs.js'
import stripe from './stripe.js'
import telegram from './telegram.js'
import threads from './threads.js'
import tiktok from './tiktok.js'
import todoist from './todoist.js'
import trakt from './trakt.js'
import trello from './trello.js'
import tumblr from './tumblr.js'
import tumblrOauth1 from './tumblr-oauth1.js'
import twitch from './twitch.js'
import twitter from './twitter.js'
import typeform from './typeform.js'
import uber from './uber.js'
import ubuntu from './ubuntu.js'
import vercel from './vercel.js'
import vimeo from './vimeo.js'
import vipps from './vipps.js'
import vk from './vk.js'
import webex from './webex.js'
import webflow from './webflow.js'
import wechat from './wechat.js'
import wechatMp from './wechat-mp.js'
import weibo from './weibo.js'
import wikimedia from './wikimedia.js'
import withings from './withings.js'
import wordpress from './wordpress.js'
import workos from './workos.js'
import x from './x.js'
import xero from './xero.js'
import yahoo from './yahoo.js'
import yandex from './yandex.js'
import zendesk from './zendesk.js'
import zitadel from './zitadel.js'
import zoho from './zoho.js'
import zoom from './zoom.js'
import zotero from './zotero.js'

export { defineProtocol, defineProvider } from '../lib/types.js'
export type {
  OwnProtocol,
  ProtocolAuthorization,
  ProtocolCallback,
  ProtocolContext,
  ProtocolDefinition,
  ProtocolGrant,
  ProtocolIdentity,
  ProtocolLogin,
  ProtocolLogout,
  ProtocolRefresh,
  ProtocolResult,
  Provider,
  ProviderHooks,
} from '../lib/types.js'
export { retired } from './retired.js'

/** The providers that come with the package, by slug. */
export const catalogue = {
  adfs,
  adobe,
  airtable,
  amazon,
  anilist,
  apple,
  asana,
  atlassian,
  auth0,
  authelia,
  authentik,
  autodesk,
  'aws-alb': awsAlb,
  'azure-app-service': azureAppService,
  baidu,
  basecamp,
  battlenet,
  bitbucket,
  bitly,
  box,
  bungie,
  calendly,
  cas,
  cern,
  cilogon,
  clerk,
  clickup,
  'cloudflare-access': cloudflareAccess,
  codeberg,
  cognito,
  coinbase,
  dailymotion,
  descope,
  deviantart,
  digitalocean,
  dingtalk,
  discogs,
  discord,
  disqus,
  docusign,
  dropbox,
  epicgames,
  etsy,
  eventbrite,
  eveonline,
  facebook,
  faceit,
  fedora,
  feishu,
  figma,
  flickr,
  forgejo,
  foursquare,
  franceconnect,
  freshbooks,
  fusionauth,
  garmin,
  gitea,
  gitee,
  github,
  gitlab,
  globus,
  google,
  'google-iap': googleIap,
  gumroad,
  harvest,
  heroku,
  hubspot,
  huggingface,
  imgur,
  instagram,
  intuit,
  jumpcloud,
  kakao,
  keycloak,
  kick,
  kinde,
  launchpad,
  lichess,
  line,
  linear,
  linkedin,
  'login-gov': loginGov,
  logto,
  mailchimp,
  mailru,
  mastodon,
  mattermost,
  meetup,
  mercadolibre,
  microsoft,
  miro,
  monday,
  musicbrainz,
  myanimelist,
  naver,
  netlify,
  nextcloud,
  notion,
  odnoklassniki,
  okta,
  onelogin,
  openid,
  openstreetmap,
  orcid,
  ory,
  osu,
  patreon,
  paypal,
  pingfederate,
  pingone,
  pinterest,
  pipedrive,
  plurk,
  pocketid,
  polar,
  pomerium,
  qq,
  reddit,
  roblox,
  salesforce,
  school42,
  seznam,
  shopify,
  simplelogin,
  slack,
  'slack-v2': slackV2,
  smugmug,
  snapchat,
  soundcloud,
  spotify,
  stackexchange,
  startgg,
  steam,
  strava,
  streamlabs,
  stripe,
  telegram,
  threads,
  tiktok,
  todoist,
  trakt,
  trello,
  tumblr,
  'tumblr-oauth1': tumblrOauth1,
  twitch,
  twitter,
  typeform,
  uber,
  ubuntu,
  vercel,
  vimeo,
  vipps,
  vk,
  webex,
  webflow,
  wechat,
  'wechat-mp': wechatMp,
  weibo,
  wikimedia,
  withings,
  wordpress,
  workos,
  x,
  xero,
  yahoo,
  yandex,
  zendesk,
  zitadel,
  zoho,
  zoom,
  zotero,
} satisfies Record<string, Provider>

/** A slug of the catalogue. */
export type CatalogueName = keyof typeof catalogue
