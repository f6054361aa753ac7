internal import CShims

extension XtExtension {
    /// The match of a packet's state as iptables writes it for `-m conntrack --ctstate` (revision 3).
    public static func conntrack(_ states: XtConntrackMatch.States) -> XtExtension {
        // Padded as the kernel wants it (XT_ALIGN): to a multiple of eight bytes.
        var data = [UInt8](repeating: 0, count: (NA_CONNTRACK_LENGTH + 7) & ~7)
        // The kernel's own numbers are in its own order.
        func put(_ value: UInt16, at offset: Int) {
            data.replaceSubrange(offset..<offset + 2, with: hostBytes(value))
        }
        put(XtConntrackMatch.Tests.state.rawValue, at: NA_CONNTRACK_TESTS)
        put(states.rawValue, at: NA_CONNTRACK_STATE)
        return XtExtension(name: "conntrack", revision: 3, data: data)
    }
}
