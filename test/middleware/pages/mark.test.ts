import { describe, expect, test } from '@jest/globals'
import { contrast, isPlainIcon, luminance, monogram, readableInk } from '../../../middleware/pages/mark.js'
import { plainIcon } from './reading.js'

describe('the mark of a provider', () => {
  test('has ink of at least 3:1 on every colour, white where it can be', () => {
    const levels = [0, 17, 51, 85, 119, 128, 153, 187, 204, 221, 238, 255].map((level) => level.toString(16).padStart(2, '0'))
    for (const red of levels)
      for (const green of levels)
        for (const blue of levels) {
          const color = `#${red}${green}${blue}`
          const ink = readableInk(color)
          expect(contrast(ink === 'white' ? 1 : 0, luminance(color))).toBeGreaterThanOrEqual(3)
          if (ink === 'black') expect(contrast(1, luminance(color))).toBeLessThan(3)
        }
  })

  test('measures contrast as WCAG does', () => {
    expect(contrast(luminance('#fff'), luminance('#000000'))).toBeCloseTo(21, 10)
    expect(contrast(luminance('#777777'), 1)).toBeCloseTo(4.48, 2)
    expect(luminance('#abc')).toBe(luminance('#aabbcc'))
  })

  test('is the first letter or digit of the title', () => {
    expect(['github', ' «élan»', '7digital', '<b>', '日本', '!?', ''].map(monogram)).toEqual(['G', 'É', '7', 'B', '日', '?', '?'])
  })

  test('takes drawings', () => {
    for (const icon of [
      plainIcon,
      '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1" fill="none" stroke="currentColor"><g><circle r="1" /></g></svg>',
      "<svg><linearGradient id='a'><stop offset='0' stop-color='#f00'/></linearGradient><path fill='url(#a)' d='M0\n0'/></svg>",
    ])
      expect(isPlainIcon(icon)).toBe(true)
  })

  test.each([
    '',
    'x',
    '<b>x</b>',
    '<svg',
    '<svg>',
    '<svg><g></svg>',
    '</svg>',
    '<svg/></svg>',
    '<svg></svg>x',
    'x<svg></svg>',
    '<svg></svg><svg></svg>',
    '<svg></svg><img src=x onerror=alert(1)>',
    '<svg><script>alert(1)</script></svg>',
    '<svg><SCRIPT href="x"/></svg>',
    '<svg onload="alert(1)"></svg>',
    '<svg\nONLOAD = "alert(1)"/>',
    '<svg viewBox="0"onload="alert(1)"></svg>',
    '<svg onload=alert(1)></svg>',
    '<svg/onload="alert(1)"></svg>',
    '<svg><a href="javascript:alert(1)"><path d=""/></a></svg>',
    '<svg><use href="data:x"/></svg>',
    '<svg><image href="https://evil.example/x.png"/></svg>',
    '<svg><path fill="url(https://evil.example/x)"/></svg>',
    '<svg><path fill="u\\72l(https://evil.example/x)"/></svg>',
    '<svg><path style="fill:red"/></svg>',
    '<svg><style>*{}</style></svg>',
    '<svg><foreignObject><p>x</p></foreignObject></svg>',
    '<svg><path d="></svg>',
    "<svg><path d='></svg>",
    '<svg><!-- --></svg>',
    '<?xml version="1.0"?><svg></svg>',
    '<svg><path d="&#106;"/></svg>',
    '<svg><title>javascript:alert(1)</title></svg>',
    '<svg><g></g onload="x"></svg>',
    '<svg><path xlink:href="x"/></svg>',
    '<svg><title></svg></title>',
  ])('refuses what is more than a drawing, or broken: %s', (icon) => {
    expect(isPlainIcon(icon)).toBe(false)
  })

  test('is judged in linear time', () => {
    for (const part of [' ', '<g>', ' a="b"', '<', 'x', '"']) {
      const started = performance.now()
      expect(isPlainIcon(`<svg${part.repeat(100_000)}`)).toBe(false)
      expect(performance.now() - started).toBeLessThan(20_000)
    }
  })
})
