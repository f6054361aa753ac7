internal import NetlinkBridge

/// What `undo` has to know: what was changed, and what was there before.
public struct UndoRecord: Hashable, Sendable, Codable {
    /// The record's own name, which reports give.
    public let id: String
    /// The boot during which the change was made: neither tables nor parameters outlive it.
    let boot: String
    /// The families of the tables that were made.
    let tables: [String]
    /// The kernel parameters that were changed, in the order of the change.
    var parameters: [ParameterChange]
    /// The addresses under which flows were translated that end with the table; empty where another rule stays beneath.
    let flowAddresses: [String]

    /// A kernel parameter before and after.
    struct ParameterChange: Hashable, Sendable, Codable {
        /// The path below `/proc/sys`, in components.
        let components: [String]
        /// What it was.
        let before: String
        /// What it became; nil while that is not known, since nothing was written yet.
        var after: String?
    }

    /// The kernel's name for this boot.
    static func currentBoot() -> String {
        let value = try? Sysctl("kernel.random.boot_id").read()
        return (value ?? nil) ?? "unknown"
    }
}
