internal import CShims

/// A test that is true while a rate is kept; the first packets, up to the burst, pass.
///
/// `xt_rateinfo` in linux/netfilter/xt_limit.h.
public struct XtLimitMatch: Hashable, Sendable {
    /// The time between two packets, in ten-thousandths of a second (1/XT_LIMIT_SCALE).
    public let period: UInt32
    /// How many packets may come at once.
    public let burst: UInt32

    /// XT_LIMIT_SCALE and the burst that iptables does not print (XT_LIMIT_BURST of its own).
    private static let scale: UInt32 = 10_000
    private static let ordinaryBurst: UInt32 = 5

    init(_ match: XtExtension) throws(DecodingError) {
        let structure = match.structure
        period = try structure.u32(NA_LIMIT_AVERAGE)
        burst = try structure.u32(NA_LIMIT_BURST)
    }

    var options: String {
        " --limit \(rateText)" + (burst == Self.ordinaryBurst ? "" : " --limit-burst \(burst)")
    }

    /// The rate in the smallest unit that still gives a whole number, as iptables chooses it.
    private var rateText: String {
        guard period > 0 else { return "inf" }
        let units: [(name: String, length: UInt32)] = [
            ("day", 86_400), ("hour", 3_600), ("min", 60), ("sec", 1),
        ]
        var chosen = units[0]
        for unit in units.dropFirst() {
            let length = unit.length * Self.scale
            if period > length || length / period < length % period { break }
            chosen = unit
        }
        return "\(chosen.length * Self.scale / period)/\(chosen.name)"
    }
}
