/** A reporter of Jest's that lists at the end which tests were left out for want of a part of the machine (`parts.ts`), and how to get it. */
export default class LeftOut {
  onRunComplete(_contexts, { testResults }) {
    const parts = new Map()
    for (const { testFilePath, testResults: tests } of testResults) {
      for (const { status, ancestorTitles } of tests) {
        const part = status === 'pending' && /\(needs ([\w-]+)\)/.exec(ancestorTitles.join(' '))?.[1]
        if (!part) continue
        const { count, files } = parts.get(part) ?? { count: 0, files: new Set() }
        parts.set(part, { count: count + 1, files: files.add(testFilePath.slice(process.cwd().length + 1)) })
      }
    }
    if (parts.size === 0) return
    console.log('\nLeft out, because this machine lacks what they need:')
    for (const [part, { count, files }] of parts) console.log(`  ${part}: ${count} tests of ${[...files].join(', ')}`)
    console.log(`To run them as well: apt-get install ${[...parts.keys()].join(' ')}\n`)
  }
}
