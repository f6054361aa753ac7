/// A target of xtables, decoded as far as its structure is known here.
///
/// Names are the kernel's; a name, revision or size that is not known stays whole in `other`.
public enum XtTarget: Hashable, Sendable {
    /// `MASQUERADE`: the source becomes an address of the device that the packet leaves by.
    case masquerade(XtNATRange)
    /// `SNAT`: the source becomes an address of the range.
    case snat(XtNATRange)
    /// `DNAT`: the destination becomes an address of the range.
    case dnat(XtNATRange)
    /// `NETMAP`: the network part is exchanged, of the source or of the destination as the hook has it.
    case netmap(XtNATRange)
    /// `REDIRECT`: the destination becomes an address of the device that the packet came in by.
    case redirect(XtNATRange)
    /// `MARK`: sets the packet's mark and goes on.
    case mark(XtMarkTarget)
    /// `CONNMARK`: moves marks between packet and conntrack entry and goes on.
    case connmark(XtConnmarkTarget)
    /// `CT` and `NOTRACK`: how the packet is to be tracked; goes on.
    case ct(XtConntrackTarget)
    /// `TPROXY`: hands the packet to a local socket, or drops it.
    case tproxy(XtProxyTarget)
    /// `REJECT`: answers and drops.
    case reject(XtRejectTarget)
    /// `LOG`: writes to the kernel's log and goes on.
    case log(XtLogTarget)
    /// A target whose structure is not known here.
    case other(XtExtension)

    /// Decodes a target; what does not have the expected shape becomes `other`.
    public init(_ target: XtExtension, family: AddressFamily) {
        do {
            self = try Self.decode(target, family) ?? .other(target)
        } catch {
            // Too short for the structure of that name and revision: nothing in it can be relied on.
            self = .other(target)
        }
    }

    /// Tells whether the structure was understood.
    public var isDecoded: Bool {
        if case .other = self { false } else { true }
    }

    private static func decode(
        _ target: XtExtension,
        _ family: AddressFamily
    ) throws(DecodingError) -> XtTarget? {
        let name = String(decoding: target.name.bytes, as: UTF8.self)
        switch (name, target.revision) {
        case ("MARK", 2): return .mark(try XtMarkTarget(target))
        case ("CONNMARK", 1...2): return try XtConnmarkTarget(target).map(XtTarget.connmark)
        case ("CT", 0...2): return .ct(try XtConntrackTarget(target))
        // The old name carries no structure.
        case ("NOTRACK", 0): return .ct(XtConntrackTarget.notrack)
        case ("TPROXY", 1): return .tproxy(try XtProxyTarget(target, family: family))
        case ("REJECT", 0): return try XtRejectTarget(target, family: family).map(XtTarget.reject)
        case ("LOG", 0): return .log(try XtLogTarget(target))
        default: break
        }
        guard let range = try natRange(of: target, name, family) else { return nil }
        return switch name {
        case "MASQUERADE": .masquerade(range)
        case "SNAT": .snat(range)
        case "DNAT": .dnat(range)
        case "NETMAP": .netmap(range)
        default: .redirect(range)
        }
    }

    /// The range of a NAT target; nil for other targets and for a revision that is not known.
    private static func natRange(
        of target: XtExtension,
        _ name: String,
        _ family: AddressFamily
    ) throws(DecodingError) -> XtNATRange? {
        switch (name, target.revision, family) {
        case ("MASQUERADE", 0, .ip), ("SNAT", 0, .ip), ("DNAT", 0, .ip), ("NETMAP", 0, .ip),
            ("REDIRECT", 0, .ip):
            try XtNATRange(multiRange: target)
        case ("MASQUERADE", 0, .ip6), ("NETMAP", 0, .ip6), ("REDIRECT", 0, .ip6), ("SNAT", 1, _),
            ("DNAT", 1, _):
            try XtNATRange(range: target, family: family, hasBase: false)
        case ("SNAT", 2, _), ("DNAT", 2, _):
            try XtNATRange(range: target, family: family, hasBase: true)
        default: nil
        }
    }
}

extension XtTarget {
    /// The target as iptables-save writes it, from `-j NAME` on; `-j NAME [not decoded]` where it was not decoded.
    public var iptablesText: String {
        switch self {
        case .masquerade(let range): "-j MASQUERADE" + range.portOptions
        case .snat(let range): "-j SNAT" + range.options("--to-source")
        case .dnat(let range): "-j DNAT" + range.options("--to-destination")
        case .netmap(let range): "-j NETMAP" + range.netmapOptions
        case .redirect(let range): "-j REDIRECT" + range.portOptions
        case .mark(let target): "-j MARK" + target.options
        case .connmark(let target): "-j CONNMARK" + target.options
        case .ct(let target): "-j " + target.text
        case .tproxy(let target): "-j TPROXY" + target.options
        case .reject(let target): "-j REJECT" + target.options
        case .log(let target): "-j LOG" + target.options
        case .other(let target): "-j \(target.name)" + (target.data.isEmpty ? "" : " [not decoded]")
        }
    }
}
