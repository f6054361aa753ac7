internal import CShims

/// Writes the packet to the kernel's log and goes on.
///
/// `xt_log_info` in linux/netfilter/xt_LOG.h.
public struct XtLogTarget: Hashable, Sendable {
    /// The level of syslog(3): 4 is a warning, which iptables does not print.
    public let level: UInt8
    /// The bits XT_LOG_*, which say what is written.
    public let flags: UInt8
    /// What stands before each line.
    public let prefix: KernelName

    init(_ target: XtExtension) throws(DecodingError) {
        let structure = target.structure
        level = try structure.u8(NA_LOG_LEVEL)
        flags = try structure.u8(NA_LOG_FLAGS)
        prefix = try structure.name(NA_LOG_PREFIX, NA_LOG_PREFIX_SIZE)
    }

    var options: String {
        let names: [(UInt8, String)] = [
            (0x01, "--log-tcp-sequence"), (0x02, "--log-tcp-options"), (0x04, "--log-ip-options"),
            (0x08, "--log-uid"), (0x20, "--log-macdecode"),
        ]
        return (prefix.isEmpty ? "" : " --log-prefix \(iptablesQuoted(prefix))")
            + (level == 4 ? "" : " --log-level \(level)")
            + names.filter { flags & $0.0 != 0 }.map { " " + $0.1 }.joined()
    }
}
