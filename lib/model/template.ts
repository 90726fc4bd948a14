/** Text with `{parameter}` inside, or a function of the parameters where text is not enough. */
export type Template = string | ((parameters: Record<string, string>) => string)
