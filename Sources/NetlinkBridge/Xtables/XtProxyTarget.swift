internal import CShims

/// Hands the packet to a local socket without changing it; drops it where there is none.
///
/// `xt_tproxy_target_info_v1` in linux/netfilter/xt_TPROXY.h.
public struct XtProxyTarget: Hashable, Sendable {
    /// The bits of the mark that are set.
    public let markMask: UInt32
    /// The mark that is set.
    public let mark: UInt32
    /// The socket's address; unspecified for that of the device that the packet came in by.
    public let address: IPAddress
    /// The socket's port; 0 for the packet's own.
    public let port: UInt16

    init(_ target: XtExtension, family: AddressFamily) throws(DecodingError) {
        let structure = target.structure
        markMask = try structure.u32(NA_TPROXY_MASK)
        mark = try structure.u32(NA_TPROXY_MARK)
        address = try structure.address(NA_TPROXY_ADDRESS, family)
        port = try structure.network16(NA_TPROXY_PORT)
    }

    var options: String {
        " --on-port \(port) --on-ip \(address.iptablesText)"
            + " --tproxy-mark \(iptablesHexadecimal(mark))/\(iptablesHexadecimal(markMask))"
    }
}
