export {}

// The types of Koa name one that content-disposition 2 no longer has, and Express 5.3 brings that version.
declare module 'content-disposition' {
  export type Options = CreateOptions
}
