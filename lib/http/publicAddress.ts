import { BlockList, isIP, type LookupFunction } from 'node:net'
import { isLoopbackHost } from '../base/loopback.js'

// IANA IPv4 Special-Purpose Address Registry (RFC 6890) and multicast; the last is where a cloud answers its own machines.
const inside4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '168.63.129.16/32',
]
// Of global unicast, what is no server's: protocol assignments and Teredo (RFC 2928, RFC 4380), documentation, 6to4 (RFC 3056).
const inside6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20']
const nat64 = '64:ff9b::'

// Made for the first address: loading the package needs none.
let lists: { refused: BlockList; global6: BlockList } | undefined

function makeLists(): { refused: BlockList; global6: BlockList } {
  const refused = blockList([
    ...inside4,
    ...inside6,
    // The same IPv4 addresses as an IPv6-only network reaches them (RFC 6052 section 2.1).
    ...inside4.map((subnet) => `${nat64}${subnet.replace(/\d+$/, (bits) => String(96 + Number(bits)))}`),
  ])
  // Of IPv6, only what is global: loopback, unique-local, link-local, multicast and mapped IPv4 addresses are not (RFC 4291 section 2.4).
  const global6 = blockList(['2000::/3', `${nat64}/96`])
  return { refused, global6 }
}

function blockList(subnets: readonly string[]): BlockList {
  const list = new BlockList()
  for (const subnet of subnets) {
    const [network = '', bits] = subnet.split('/')
    list.addSubnet(network, Number(bits), network.includes(':') ? 'ipv6' : 'ipv4')
  }
  return list
}

/** Whether an IP address is one of the public internet: not of this machine, of a private network, or of a cloud's own services. */
export function isPublicAddress(address: string): boolean {
  const { refused, global6 } = (lists ??= makeLists())
  switch (isIP(address)) {
    case 4:
      return !refused.check(address, 'ipv4')
    case 6:
      return !address.includes('%') && global6.check(address, 'ipv6') && !refused.check(address, 'ipv6')
    default:
      return false
  }
}

/**
 * Where a host leads by what it is called alone: to this machine, into a private network, or, as far as one can tell, to neither.
 * @param hostname as a URL has it, an IPv6 address in brackets
 */
export function insideOf(hostname: string): 'loopback' | 'private' | undefined {
  if (isLoopbackHost(hostname.replace(/\.$/, ''))) return 'loopback'
  const address = hostname.replace(/^\[|\]$/g, '')
  return isIP(address) !== 0 && !isPublicAddress(address) ? 'private' : undefined
}

/** The hosts that an application opened, in the form that URLs have them in. */
export function openedHosts(privateHosts: readonly string[] = []): ReadonlySet<string> {
  return new Set(privateHosts.map((host) => new URL(`http://${isIP(host) === 6 ? `[${host}]` : host}`).hostname.replace(/^\[|\]$/g, '')))
}

const refusal = 'ERR_PRIVATE_ADDRESS'

function privateAddressError(hostname: string): Error {
  return Object.assign(new Error(`${hostname} leads into a private network`), { code: refusal })
}

/** Whether an error is the filter's refusal to connect. */
export function isPrivateAddressError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === refusal
}

/** Where connections may go: public addresses, and the hosts that the application opened. */
export interface AddressFilter {
  /**
   * For a host that is an IP address itself: names are looked up, addresses are not.
   * @param hostname without brackets
   * @throws an error that `isPrivateAddressError` knows
   */
  checkLiteral: (hostname: string) => void
  /** Finds the addresses of a name that may be connected to; those found are the ones used, so that no second answer counts. */
  lookup: LookupFunction
}

// Loaded at the first connection: an application that is only being started pays nothing for it.
const lookupByDns: LookupFunction = (hostname, options, callback) => {
  process.getBuiltinModule('node:dns').lookup(hostname, options, callback)
}

/**
 * Makes the filter for addresses that come from somebody else (R14 in the rules: no requests forged by the server's own place).
 * @param privateHosts names and addresses that are reached wherever they lead
 * @param lookup finds the addresses of a name; `dns.lookup` but in tests
 */
export function addressFilter(privateHosts: readonly string[] | undefined, lookup: LookupFunction = lookupByDns): AddressFilter {
  const open = openedHosts(privateHosts)
  return {
    checkLiteral(hostname) {
      if (isIP(hostname) !== 0 && !isPublicAddress(hostname) && !open.has(hostname)) throw privateAddressError(hostname)
    },
    lookup(hostname, options, callback) {
      lookup(hostname, { ...options, all: true }, (error, found) => {
        if (error) {
          callback(error, '', 0)
          return
        }
        const addresses = Array.isArray(found) ? found : []
        const usable = open.has(hostname) ? addresses : addresses.filter(({ address }) => isPublicAddress(address))
        const [first] = usable
        if (!first) callback(privateAddressError(hostname), '', 0)
        else if (options.all) callback(null, usable)
        else callback(null, first.address, first.family)
      })
    },
  }
}
