import type { Registration } from '../../model/context.js'

/** What a person reads for a provider: the title of its entry, else the slug. */
export function titleOf({ slug, provider }: Pick<Registration, 'slug' | 'provider'>): string {
  return provider.title ?? slug.charAt(0).toUpperCase() + slug.slice(1)
}
