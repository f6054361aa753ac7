internal import CShims

/// A test of the ports of UDP or SCTP; it never matches a fragment that is not the first, inverted or not.
///
/// `xt_udp` in linux/netfilter/xt_tcpudp.h, `xt_sctp_info` in linux/netfilter/xt_sctp.h.
public struct XtPortsMatch: Hashable, Sendable {
    /// The source ports.
    public let sourcePorts: XtPortRange
    /// The destination ports.
    public let destinationPorts: XtPortRange
    /// Tells whether the test is for other source ports.
    public let isSourceInverted: Bool
    /// Tells whether the test is for other destination ports.
    public let isDestinationInverted: Bool

    init(udp match: XtExtension) throws(DecodingError) {
        let structure = match.structure
        let inversions = try structure.u8(NA_UDP_INVERSIONS)
        sourcePorts = try XtPortRange(structure, at: NA_UDP_SOURCE)
        destinationPorts = try XtPortRange(structure, at: NA_UDP_DESTINATION)
        // XT_UDP_INV_SRCPT, XT_UDP_INV_DSTPT
        isSourceInverted = inversions & 1 != 0
        isDestinationInverted = inversions & 2 != 0
    }

    /// Nil where chunk types are tested too.
    init?(sctp match: XtExtension) throws(DecodingError) {
        let structure = match.structure
        let tests = try structure.u32(NA_SCTP_TESTS)
        let inversions = try structure.u32(NA_SCTP_INVERSIONS)
        // XT_SCTP_SRC_PORTS 1, XT_SCTP_DEST_PORTS 2, XT_SCTP_CHUNK_TYPES 4
        guard tests & ~3 == 0 else { return nil }
        let every = XtPortRange(first: 0, last: .max)
        sourcePorts = tests & 1 != 0 ? try XtPortRange(structure, at: NA_SCTP_SOURCE) : every
        destinationPorts = tests & 2 != 0 ? try XtPortRange(structure, at: NA_SCTP_DESTINATION) : every
        isSourceInverted = tests & inversions & 1 != 0
        isDestinationInverted = tests & inversions & 2 != 0
    }

    var options: String {
        Self.options("--sport", sourcePorts, isSourceInverted)
            + Self.options("--dport", destinationPorts, isDestinationInverted)
    }

    static func options(_ name: String, _ ports: XtPortRange, _ isInverted: Bool) -> String {
        if ports.isAny, !isInverted { return "" }
        return iptablesOption("\(name) \(ports.text(separator: ":"))", inverted: isInverted)
    }
}
