internal import CShims

/// A test of the Ethernet address that sent the packet.
///
/// `xt_mac_info` in linux/netfilter/xt_mac.h.
public struct XtMACMatch: Hashable, Sendable {
    /// The six bytes of the address.
    public let address: [UInt8]
    /// Tells whether the test is for another address.
    public let isInverted: Bool

    init(_ match: XtExtension) throws(DecodingError) {
        let structure = match.structure
        address = Array(try structure.slice(NA_MAC_ADDRESS, 6))
        isInverted = try structure.u32(NA_MAC_INVERT) != 0
    }

    var options: String {
        let pairs = address.map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
        return iptablesOption("--mac-source \(pairs.joined(separator: ":"))", inverted: isInverted)
    }
}
