import Foundation
import Testing

@testable import NetlinkBridge

/// Captured netlink datagrams, stored as hexadecimal text with a comment behind `#`.
struct HexFixture {
    let bytes: [UInt8]

    /// Reads `Fixtures/PATH.hex`.
    init(_ path: String) throws {
        let url = try #require(Bundle.module.url(forResource: "Fixtures/\(path)", withExtension: "hex"))
        let text = try String(contentsOf: url, encoding: .utf8)
        bytes = try text.split(separator: "\n").flatMap { line in
            try line.prefix { $0 != "#" }.split(separator: " ").map { digits in
                try #require(UInt8(digits, radix: 16), "\(path): not a byte: \(digits)")
            }
        }
    }

    /// The payloads of the messages of that type, in order.
    func payloads(ofType wanted: UInt16) throws -> [[UInt8]] {
        var payloads: [[UInt8]] = []
        var offset = 0
        while offset < bytes.count {
            let header = try NetlinkHeader(in: bytes.span, at: offset)
            if header.type == wanted {
                payloads.append(Array(bytes[(offset + NetlinkHeader.size)..<(offset + header.length)]))
            }
            offset += (header.length + 3) & ~3
        }
        return payloads
    }
}

/// The numbers of the messages that the fixtures hold.
///
/// From linux/rtnetlink.h, linux/netfilter/nfnetlink_conntrack.h and linux/sock_diag.h.
enum MessageType {
    static let newLink: UInt16 = 16
    static let newAddress: UInt16 = 20
    static let newRoute: UInt16 = 24
    static let newRule: UInt16 = 32
    static let newDiscipline: UInt16 = 36
    static let newFilter: UInt16 = 44
    static let newConntrack: UInt16 = 0x100
    static let conntrackStatistics: UInt16 = 0x104
    static let socketDiagnosis: UInt16 = 20
}
