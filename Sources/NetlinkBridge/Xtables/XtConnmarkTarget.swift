internal import CShims

/// Moves marks between the packet and its conntrack entry; does nothing for a packet that has no entry.
///
/// `xt_connmark_tginfo1` and `xt_connmark_tginfo2` in linux/netfilter/xt_connmark.h.
public struct XtConnmarkTarget: Hashable, Sendable {
    /// What is done.
    public enum Mode: UInt8, Hashable, Sendable {
        /// The entry's mark becomes `(mark & ~entryMask) ^ entryMark`.
        case set = 0
        /// The packet's mark goes into the entry's.
        case save = 1
        /// The entry's mark goes into the packet's: `(mark & ~packetMask) ^ (entry & entryMask)`.
        case restore = 2
    }

    /// What is done.
    public let mode: Mode
    /// The mark that is set.
    public let entryMark: UInt32
    /// The bits of the entry's mark that are concerned.
    public let entryMask: UInt32
    /// The bits of the packet's mark that are concerned.
    public let packetMask: UInt32
    /// By how many bits the mark is moved to the left, negative to the right.
    public let shift: Int

    /// Nil where the mode is not one that the kernel knows.
    init?(_ target: XtExtension) throws(DecodingError) {
        let structure = target.structure
        let isSecond = target.revision == 2
        guard let mode = Mode(rawValue: try structure.u8(isSecond ? NA_CONNMARK2_MODE : NA_CONNMARK_MODE))
        else { return nil }
        self.mode = mode
        entryMark = try structure.u32(NA_CONNMARK_MARK)
        entryMask = try structure.u32(NA_CONNMARK_MASK)
        packetMask = try structure.u32(NA_CONNMARK_PACKET_MASK)
        guard isSecond else {
            shift = 0
            return
        }
        // D_SHIFT_LEFT 0, D_SHIFT_RIGHT 1
        let bits = Int(try structure.u8(NA_CONNMARK2_SHIFT_BITS))
        shift = try structure.u8(NA_CONNMARK2_SHIFT_DIRECTION) == 0 ? bits : -bits
    }

    var options: String {
        let masks =
            " --nfmask \(iptablesHexadecimal(packetMask)) --ctmask \(iptablesHexadecimal(entryMask))"
        let action =
            switch mode {
            case .set: " --set-xmark \(iptablesHexadecimal(entryMark))/\(iptablesHexadecimal(entryMask))"
            case .save: " --save-mark" + masks
            case .restore: " --restore-mark" + masks
            }
        if shift == 0 { return action }
        return action + (shift > 0 ? " --left-shift-mark \(shift)" : " --right-shift-mark \(-shift)")
    }
}
