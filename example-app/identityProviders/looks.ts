/** What a user knows each identity provider of the demo by; the icons are drawings of our own. */

export const idLook = {
  brand: 'Example ID',
  color: '#2563eb',
  icon: '<svg viewBox="0 0 24 24"><circle cx="12" cy="8" r="4.5"/><path d="M3.5 21a8.5 7 0 0 1 17 0z"/></svg>',
}

export const hubLook = {
  brand: 'Example Hub',
  color: '#15803d',
  icon:
    '<svg viewBox="0 0 24 24"><path d="M12 12 5 6m7 6 7-6m-7 6v7" fill="none" stroke="currentColor" stroke-width="2"/>'
    + '<circle cx="12" cy="12" r="3.5"/><circle cx="5" cy="6" r="2.5"/><circle cx="19" cy="6" r="2.5"/><circle cx="12" cy="20" r="2.5"/></svg>',
}

export const birdLook = {
  brand: 'Example Bird',
  color: '#c2410c',
  icon:
    '<svg viewBox="0 0 24 24"><path d="M2.5 9c1.8 2 4.2 3 7 2.9C9.6 8 12 5 15.4 5c1.9 0 3.4.9 4.1 2.5L22.5 9l-2.6 1.5'
    + 'C19.7 15.9 15.9 20 10 20c-3.2 0-6-.9-8-2.7 2.3.1 4.3-.4 5.9-1.7C4.8 15 2.9 12.6 2.5 9z"/></svg>',
}

export const townLook = {
  brand: 'Example Town',
  color: '#a16207',
  icon: '<svg viewBox="0 0 24 24"><path d="M3 21V10l5-4 5 4v11zM14 21v-8l4-3 4 3v8zM6.5 13h3v3h-3z" fill-rule="evenodd"/></svg>',
}
