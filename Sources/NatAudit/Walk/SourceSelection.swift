internal import NetlinkBridge

/// Chooses an IPv6 address of the host for a destination, as `ipv6_dev_get_saddr` in net/ipv6/addrconf.c does (RFC 6724
/// section 5).
///
/// What was not read may be asked: the table of labels (rule 6) and whether temporary addresses are preferred (rule 7).
/// Where these decide, the address is not known.
struct SourceSelection {
    /// All addresses of the host, in the kernel's order.
    let addresses: [InterfaceAddress]
    /// The interface that the packet goes out by.
    let interface: UInt32
    /// Where the packet goes.
    let destination: IPAddress

    /// The address; nil where there is none, or where it cannot be told.
    var address: IPAddress? {
        var best: (candidate: InterfaceAddress, rank: [Int])?
        var isOpen = false
        for candidate in candidates {
            let rank = Self.rules.map { $0(self, candidate) }
            guard let leader = best else {
                best = (candidate, rank)
                continue
            }
            let decided = rank.indices.first { rank[$0] != leader.rank[$0] }
            guard let rule = decided else {
                // The first of one interface stays; in which order interfaces are looked at, no list tells.
                if candidate.interface != leader.candidate.interface || !isLike(candidate, leader.candidate) {
                    isOpen = true
                }
                continue
            }
            if rule >= Self.openRule, !isLike(candidate, leader.candidate) {
                isOpen = true
            } else if rank[rule] > leader.rank[rule] {
                best = (candidate, rank)
                if rule < Self.openRule { isOpen = false }
            }
        }
        return isOpen ? nil : best?.candidate.address
    }

    /// Tells whether there is an address to choose.
    var hasCandidates: Bool { !candidates.isEmpty }

    /// Addresses that are in use; to the link and to the host itself only those of the interface.
    private var candidates: [InterfaceAddress] {
        let isNear = destination.isMulticast || destination.scope <= Self.linkScope
        return addresses.filter { candidate in
            candidate.address.family == .ip6 && candidate.flags.isDisjoint(with: [.tentative, .duplicate])
                && (!isNear || candidate.interface.number == interface)
        }
    }

    /// The rules by which one address is better than another, the strongest first; of two the greater number wins.
    private static let rules: [@Sendable (SourceSelection, InterfaceAddress) -> Int] = [
        { $1.address == $0.destination ? 1 : 0 },
        // Of those that reach as far as the destination the nearest, else the farthest.
        { $1.address.scope >= $0.destination.scope ? -$1.address.scope : $1.address.scope - 128 },
        { $1.flags.contains(.deprecated) ? 0 : 1 },
        { $1.interface.number == $0.interface ? 1 : 0 },
        { min($0.destination.sharedBits(with: $1.address), $1.prefixLength) },
    ]
    /// The rule before which labels and temporary addresses are asked.
    private static let openRule = 4
    private static let linkScope = 2

    /// Tells whether neither the labels nor the lifetimes can tell two addresses apart.
    private func isLike(_ one: InterfaceAddress, _ other: InterfaceAddress) -> Bool {
        one.address.labelBlock == other.address.labelBlock
            && one.flags.contains(.secondary) == other.flags.contains(.secondary)
    }
}

extension IPAddress {
    private var high: UInt64 { if case .v6(let high, _) = self { high } else { 0 } }
    private var low: UInt64 { if case .v6(_, let low) = self { low } else { 0 } }

    /// How far an address reaches, in the numbers of RFC 4291 section 2.7: 2 the link, 5 the site, 14 everywhere.
    fileprivate var scope: Int {
        if isMulticast { return Int(high >> 48 & 0xF) }
        if isLoopback || high >> 54 == 0xFE80 >> 6 { return 2 }
        return high >> 54 == 0xFEC0 >> 6 ? 5 : 14
    }

    /// How many leading bits two addresses have in common.
    fileprivate func sharedBits(with other: IPAddress) -> Int {
        let difference = (high ^ other.high, low ^ other.low)
        return difference.0 == 0 ? 64 + difference.1.leadingZeroBitCount : difference.0.leadingZeroBitCount
    }

    /// The first two bytes, the finest that the table of labels tells apart by itself, but for 2001::/32 (RFC 6724 section
    /// 2.1).
    fileprivate var labelBlock: UInt64 { high >> 48 == 0x2001 ? high >> 32 : high >> 48 }
}
