internal import CShims

/// A test that lets some of the packets through, whatever they hold.
///
/// `xt_statistic_info` in linux/netfilter/xt_statistic.h.
public struct XtStatisticMatch: Hashable, Sendable {
    /// How packets are chosen.
    public enum Mode: Hashable, Sendable {
        /// Each packet with a probability of `numerator` in 2^31.
        case random(numerator: UInt32)
        /// One packet in `every` (at least 1), the first of them after `packet` others; modulo 2^32.
        case nth(every: UInt32, packet: UInt32)
    }

    /// How packets are chosen.
    public let mode: Mode
    /// Tells whether the other packets are let through.
    public let isInverted: Bool

    /// Nil where the mode is not one that the kernel knows.
    init?(_ match: XtExtension) throws(DecodingError) {
        let structure = match.structure
        isInverted = try structure.u16(NA_STATISTIC_FLAGS) & 1 != 0
        switch try structure.u16(NA_STATISTIC_MODE) {
        case 0: mode = .random(numerator: try structure.u32(NA_STATISTIC_PROBABILITY))
        case 1:
            // The kernel keeps one less than the number that was given.
            mode = .nth(
                every: try structure.u32(NA_STATISTIC_EVERY) &+ 1,
                packet: try structure.u32(NA_STATISTIC_PACKET)
            )
        default: return nil
        }
    }

    var options: String {
        let inversion = isInverted ? " !" : ""
        switch mode {
        case .random(let numerator):
            return " --mode random\(inversion) --probability \(Self.decimal(numerator))"
        case .nth(let every, let packet):
            return " --mode nth\(inversion) --every \(every) --packet \(packet)"
        }
    }

    /// numerator / 2^31 with eleven decimals, rounded half to even as C's `%.11f` does.
    private static func decimal(_ numerator: UInt32) -> String {
        // 10^11 / 2^31 = 5^11 / 2^20, so that everything fits into 64 bits.
        let scaled = UInt64(numerator) * 48_828_125
        var value = scaled >> 20
        let rest = scaled & 0xF_FFFF
        if rest > 0x8_0000 || (rest == 0x8_0000 && value % 2 == 1) { value += 1 }
        let decimals = String(value % 100_000_000_000)
        return "\(value / 100_000_000_000)." + String(repeating: "0", count: 11 - decimals.count) + decimals
    }
}
