internal import CShims

/// A test of a TCP header; it never matches a fragment that is not the first, inverted or not.
///
/// `xt_tcp` in linux/netfilter/xt_tcpudp.h.
public struct XtTCPMatch: Hashable, Sendable {
    /// Which tests are inverted.
    public struct Inversions: OptionSet, Hashable, Sendable {
        /// The kernel's bits, XT_TCP_INV_*.
        public let rawValue: UInt8

        /// Makes a set from the kernel's bits.
        public init(rawValue: UInt8) { self.rawValue = rawValue }

        /// XT_TCP_INV_SRCPT: other source ports.
        public static let sourcePorts = Inversions(rawValue: 1 << 0)
        /// XT_TCP_INV_DSTPT: other destination ports.
        public static let destinationPorts = Inversions(rawValue: 1 << 1)
        /// XT_TCP_INV_FLAGS: other flags.
        public static let flags = Inversions(rawValue: 1 << 2)
        /// XT_TCP_INV_OPTION: the option is not there.
        public static let option = Inversions(rawValue: 1 << 3)
    }

    /// The source ports.
    public let sourcePorts: XtPortRange
    /// The destination ports.
    public let destinationPorts: XtPortRange
    /// The number of a TCP option that has to be there; 0 asks for none.
    public let option: UInt8
    /// The flags of the header's byte 13 that count.
    public let flagMask: UInt8
    /// Those of them that have to be set, the others clear.
    public let flags: UInt8
    /// Which of the tests are inverted.
    public let inversions: Inversions

    init(_ match: XtExtension) throws(DecodingError) {
        let structure = match.structure
        sourcePorts = try XtPortRange(structure, at: NA_TCP_SOURCE)
        destinationPorts = try XtPortRange(structure, at: NA_TCP_DESTINATION)
        option = try structure.u8(NA_TCP_OPTION)
        flagMask = try structure.u8(NA_TCP_FLAG_MASK)
        flags = try structure.u8(NA_TCP_FLAGS)
        inversions = Inversions(rawValue: try structure.u8(NA_TCP_INVERSIONS))
    }

    var options: String {
        var text = XtPortsMatch.options("--sport", sourcePorts, inversions.contains(.sourcePorts))
        text += XtPortsMatch.options("--dport", destinationPorts, inversions.contains(.destinationPorts))
        if option != 0 || inversions.contains(.option) {
            text += iptablesOption("--tcp-option \(option)", inverted: inversions.contains(.option))
        }
        if flagMask != 0 || inversions.contains(.flags) {
            text += iptablesOption(
                "--tcp-flags \(Self.flagNames(flagMask)) \(Self.flagNames(flags))",
                inverted: inversions.contains(.flags)
            )
        }
        return text
    }

    private static func flagNames(_ flags: UInt8) -> String {
        let names: [(UInt8, String)] = [
            (0x01, "FIN"), (0x02, "SYN"), (0x04, "RST"), (0x08, "PSH"), (0x10, "ACK"), (0x20, "URG"),
        ]
        let set = names.filter { flags & $0.0 != 0 }.map(\.1)
        return set.isEmpty ? "NONE" : set.joined(separator: ",")
    }
}
