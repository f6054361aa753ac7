import NatAudit
import NetlinkBridge
import Testing

/// A command that changes a host, and the host on which its system calls are disturbed one after the other.
enum SweepScene: String, CaseIterable, CustomTestStringConvertible {
    /// Forwarding and a table, which are believed.
    case fixInstance, undoInstance
    /// A rule at fault is overtaken, which is proven by two servers.
    case fixRule, undoRule
    /// The same for a time, proven from a place that is made for it; and what ends that time.
    case trial, undoTrial, keep, undoKept
    /// Forwarding and a table, beyond boots.
    case persist, undoPersisted, restore, undoRestored

    var testDescription: String { rawValue }

    /// A command, or what happens to the host between two commands.
    enum Step {
        case fix, undo, trial, keep, persist, restore, boot
    }

    /// What comes before the command that is disturbed.
    var preparation: [Step] {
        switch self {
        case .fixInstance, .fixRule, .trial, .persist: []
        case .undoInstance, .undoRule: [.fix]
        case .undoTrial, .keep: [.trial]
        case .undoKept: [.trial, .keep]
        case .undoPersisted: [.persist]
        case .restore: [.persist, .boot]
        case .undoRestored: [.persist, .boot, .restore]
        }
    }

    /// The command that is disturbed.
    var command: Step {
        switch self {
        case .fixInstance, .fixRule: .fix
        case .undoInstance, .undoRule, .undoTrial, .undoKept, .undoPersisted, .undoRestored: .undo
        case .trial: .trial
        case .keep: .keep
        case .persist: .persist
        case .restore: .restore
        }
    }

    /// What makes again what the command makes or takes back.
    var again: Step {
        switch self {
        case .fixInstance, .undoInstance, .fixRule, .undoRule, .undoKept: .fix
        case .trial, .undoTrial: .trial
        case .keep: .keep
        case .persist, .undoPersisted, .undoRestored: .persist
        case .restore: .restore
        }
    }

    /// Tells whether the disturbed command is `undo`.
    var isUndo: Bool { command == .undo }

    /// Tells whether it needs a host that boots.
    var isBooted: Bool { again == .persist || again == .restore }

    /// Tells whether a process of its own holds the table, before the command or after it.
    var isOnTrial: Bool { again == .trial || again == .keep }

    private var isInstance: Bool { isBooted || self == .fixInstance || self == .undoInstance }

    /// A host with rules of others, and one interface that forwards already: what undo has to put back is not all one.
    func lab() throws -> FixLab { try bootLab().fixLab }

    /// The same host, with what it needs to boot.
    func bootLab() throws -> BootLab {
        let lab = isInstance ? try BootLab(forwarding: .off) : try BootLab(FixTableTests.rules[0])
        if isInstance { try lab.nat.set(["net/ipv4/conf/lan1/forwarding": "1"]) }
        try lab.nat.require("nft", "-f", "-", input: Self.foreign)
        try lab.nat.require("iptables-legacy", "-t", "mangle", "-A", "FORWARD", "-s", "192.0.2.1", "-j", "ACCEPT")
        return lab
    }

    private static let foreign = """
        table inet other {
            set served { type ipv4_addr; elements = { 192.0.2.7 } }
            chain c { type filter hook forward priority 7; ip saddr @served counter drop; }
        }
        """

    /// The arguments of the disturbed command.
    func arguments(_ lab: FixLab) -> [String] {
        // From a place that the command makes for the moment: that has to go with it too.
        self == .trial
            ? Self.tried + LabAddress.servers.prefix(2).flatMap { ["--stun", "\($0)"] } : arguments(command, lab)
    }

    /// The arguments of a command on such a host.
    func arguments(_ step: Step, _ lab: FixLab) -> [String] {
        let fix = ["fix", "--masquerade", "--yes", "--format", "json"]
        let believed = NATInstanceTests.named + ["--no-verify"]
        return switch step {
        case .fix: fix + (isInstance ? believed : lab.provenByTwo)
        case .undo: ["undo", "--yes", "--format", "json"]
        case .trial: Self.tried + lab.provenByTwo
        case .keep: ["fix", "--keep", "--format", "json"]
        case .persist: fix + ["--persist"] + believed
        case .restore: ["fix", "--restore", "--yes", "--format", "json"]
        case .boot: []
        }
    }

    private static let tried = ["fix", "--masquerade", "--yes", "--format", "json", "--trial", "60"]
}
