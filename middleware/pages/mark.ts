/**
 * The square mark on a provider's button: its icon, or the first letter of its title, on its brand colour.
 *
 * The colour stands in an SVG attribute and not in a `style` attribute, which the page's Content-Security-Policy would refuse.
 * @param provider `title` as shown; `color` as `#rgb` or `#rrggbb`, anything else is left out; `icon` as SVG text,
 *   the monogram stands in for an icon that `isPlainIcon` refuses
 */
export function providerMark(provider: { title: string; color?: string | undefined; icon?: string | undefined }): string {
  const [color] = /^#(?:[0-9a-f]{3}|[0-9a-f]{6})$/i.exec(provider.color ?? '') ?? []
  const plate = color === undefined ? '' : `<svg class="plate"><rect width="100%" height="100%" fill="${color}"/></svg>`
  const icon = provider.icon?.trim()
  const symbol = icon !== undefined && isPlainIcon(icon) ? icon : monogram(provider.title)
  const ink = color === undefined ? '' : ` ${readableInk(color)}`
  return `<span class="mark${ink}" aria-hidden="true">${plate}<span class="symbol">${symbol}</span></span>`
}

/** The first letter or digit of a name, upper case, `?` where there is none: never a character that HTML gives a meaning to. */
export function monogram(name: string): string {
  const [initial = '?'] = /[\p{L}\p{N}]/u.exec(name) ?? []
  return initial.toUpperCase()
}

/**
 * The ink that can be read on a colour: white where it reaches 3:1, which is what WCAG 2.2 asks of large bold letters (1.4.3)
 * and of graphics (1.4.11), else black, which then has at least 7:1.
 * @param color `#rgb` or `#rrggbb`
 */
export function readableInk(color: string): 'white' | 'black' {
  return contrast(1, luminance(color)) >= 3 ? 'white' : 'black'
}

/**
 * The contrast ratio of two relative luminances, 1 to 21 (WCAG 2.2, "contrast ratio").
 * @param a relative luminance, 0 (black) to 1 (white)
 * @param b the other one
 */
export function contrast(a: number, b: number): number {
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
}

/**
 * The relative luminance of a colour, 0 (black) to 1 (white) (WCAG 2.2, "relative luminance").
 * @param color `#rgb` or `#rrggbb`
 */
export function luminance(color: string): number {
  const digits = color.length === 4 ? color.slice(1).replace(/./g, '$&$&') : color.slice(1)
  const channel = (offset: number): number => {
    const channel = parseInt(digits.slice(offset, offset + 2), 16) / 255
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4
  }
  return 0.2126 * channel(0) + 0.7152 * channel(2) + 0.0722 * channel(4)
}

const drawingElements = new Set([
  'svg',
  'g',
  'defs',
  'title',
  'path',
  'rect',
  'circle',
  'ellipse',
  'line',
  'polyline',
  'polygon',
  'linearGradient',
  'radialGradient',
  'stop',
  'clipPath',
  'mask',
])

/**
 * Whether SVG text is a drawing and nothing more: one `svg` element of plain shapes, every element closed, no script, event
 * handler, style, link or reference to anything outside itself.
 * @param svg SVG text without XML prolog, comments, entities or backslashes
 */
export function isPlainIcon(svg: string): boolean {
  if (/javascript:|[&\\]/i.test(svg)) return false
  const open: string[] = []
  let elements = 0
  // Tags are read one after another from where the last one ended: what stands between them is text, and must hold no bracket.
  const tag = /([^<>]*)<(\/?)([a-zA-Z]+)((?:\s+[\w:-]+\s*=\s*(?:"[^"<>]*"|'[^'<>]*'))*)\s*(\/?)>/y
  for (let end = 0; end < svg.length; end = tag.lastIndex) {
    const [found, text = '', closing, name = '', attributes = '', selfClosing] = tag.exec(svg) ?? []
    if (found === undefined || !drawingElements.has(name) || hasActiveAttribute(attributes)) return false
    const isFirst = elements++ === 0
    if (isFirst ? name !== 'svg' || closing !== '' || text !== '' : open.length === 0) return false
    if (closing !== '') {
      if (open.pop() !== name) return false
    } else if (selfClosing === '') open.push(name)
  }
  return elements > 0 && open.length === 0
}

function hasActiveAttribute(attributes: string): boolean {
  // A paint such as fill="url(#a)" points into the icon itself; any other url() or href would leave it.
  return /\s(?:on[\w-]*|style|(?:xlink:)?href|src)\s*=/i.test(attributes) || /url\(\s*['"]?(?!#)/i.test(attributes)
}
