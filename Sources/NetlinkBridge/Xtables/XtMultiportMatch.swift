internal import CShims

/// A test for one of up to 15 ports or port ranges of any transport that has ports.
///
/// `xt_multiport` and `xt_multiport_v1` in linux/netfilter/xt_multiport.h.
public struct XtMultiportMatch: Hashable, Sendable {
    /// Which of the packet's ports is looked for.
    public enum Side: UInt8, Hashable, Sendable {
        case source = 0
        case destination = 1
        /// Revision 0 asks for both to be equal, revision 1 for one of the two to be in the list.
        case either = 2
    }

    /// Which of the packet's ports is looked for.
    public let side: Side
    /// The ports, of which one is enough.
    public let ports: [XtPortRange]
    /// Tells whether the test is for none of the ports.
    public let isInverted: Bool

    /// Nil where the side or the list is not one that the kernel knows.
    init?(_ match: XtExtension) throws(DecodingError) {
        let structure = match.structure
        let count = Int(try structure.u8(NA_MULTIPORT_COUNT))
        guard let side = Side(rawValue: try structure.u8(NA_MULTIPORT_KIND)), count <= XT_MULTI_PORTS
        else { return nil }
        self.side = side
        var ports: [XtPortRange] = []
        var index = 0
        while index < count {
            let port = try structure.u16(NA_MULTIPORT_PORTS + 2 * index)
            var last = port
            if match.revision > 0, try structure.u8(NA_MULTIPORT_RANGES + index) != 0 {
                // A range takes two places; one that begins at the last place has no end.
                index += 1
                guard index < count else { return nil }
                last = try structure.u16(NA_MULTIPORT_PORTS + 2 * index)
            }
            ports.append(XtPortRange(first: port, last: last))
            index += 1
        }
        self.ports = ports
        isInverted = match.revision > 0 ? try structure.u8(NA_MULTIPORT_INVERT) != 0 : false
    }

    var options: String {
        let name =
            switch side {
            case .source: "--sports"
            case .destination: "--dports"
            case .either: "--ports"
            }
        let list = ports.map { $0.text(separator: ":") }.joined(separator: ",")
        return iptablesOption("\(name) \(list)", inverted: isInverted)
    }
}
