import Foundation
import Testing

@testable import NetlinkBridge

/// Captured nf_tables messages, decoded (NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_*).
enum NftFixture {
    static let newTable: UInt16 = 0xA00
    static let newChain: UInt16 = 0xA03
    static let newRule: UInt16 = 0xA06
    static let newSet: UInt16 = 0xA09
    static let newElements: UInt16 = 0xA0C
    static let newGeneration: UInt16 = 0xA0F
    static let newTrace: UInt16 = 0xA11

    static func tables() throws -> [NftTable] {
        try HexFixture("Nftables/tables").payloads(ofType: newTable).map { try NftTable(decoding: $0.span) }
    }

    static func chains() throws -> [NftChain] {
        try HexFixture("Nftables/chains").payloads(ofType: newChain).map { try NftChain(decoding: $0.span) }
    }

    static func rules(_ name: String) throws -> [NftRule] {
        try HexFixture("Nftables/\(name)").payloads(ofType: newRule).map { try NftRule(decoding: $0.span) }
    }

    static func sets() throws -> [NftSet] {
        try HexFixture("Nftables/sets").payloads(ofType: newSet).map { try NftSet(decoding: $0.span) }
    }

    static func elements() throws -> [[NftSet.Element]] {
        try HexFixture("Nftables/elements").payloads(ofType: newElements)
            .map { try NftSet.elements(decoding: $0.span) }
            // The kernel ends the elements of a set with a message of its own, for the one that stands for all others.
            .filter { !$0.isEmpty }
    }

    /// What nft printed of the same rules with --debug=netlink: by rule, the lines of its expressions.
    static func listing(_ name: String) throws -> [[String]] {
        let url = try #require(
            Bundle.module.url(forResource: "Fixtures/Nftables/\(name)", withExtension: "debug")
        )
        var rules: [[String]] = []
        for line in try String(contentsOf: url, encoding: .utf8).split(separator: "\n") {
            if line.hasPrefix("[ ") { rules[rules.count - 1].append(String(line)) } else { rules.append([]) }
        }
        return rules
    }
}
