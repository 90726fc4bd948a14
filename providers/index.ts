// Written by scripts/generateProviders.mjs from the files beside it.
import type { Provider } from '../lib/types.js'
import discord from './discord.js'
import facebook from './facebook.js'
import github from './github.js'
import gitlab from './gitlab.js'
import google from './google.js'
import linkedin from './linkedin.js'
import microsoft from './microsoft.js'
import twitter from './twitter.js'
import x from './x.js'

export { defineProvider } from '../lib/types.js'
export type { Provider, ProviderHooks } from '../lib/types.js'
export { retired } from './retired.js'

/** The providers that come with the package, by slug. */
export const catalogue = {
  discord,
  facebook,
  github,
  gitlab,
  google,
  linkedin,
  microsoft,
  twitter,
  x,
} satisfies Record<string, Provider>

/** A slug of the catalogue. */
export type CatalogueName = keyof typeof catalogue
