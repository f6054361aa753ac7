internal import NetlinkBridge

extension KernelName {
    /// An interface's name as a register holds it: IFNAMSIZ bytes, with NULs to the end.
    var asInterface: [UInt8] { Array((bytes + [UInt8](repeating: 0, count: 16)).prefix(16)) }
}
