internal import NetlinkBridge

/// What `undo` has to know: what was changed, and what was there before.
public struct UndoRecord: Hashable, Sendable, Codable {
    /// The record's own name, which reports give.
    public let id: String
    /// The boot during which the change was made: neither tables nor parameters outlive it.
    let boot: String
    /// The number of the network namespace, which no later one of this boot has; nil where the kernel gives none.
    let namespace: UInt64?
    /// The families of the tables that were made.
    let tables: [String]
    /// The kernel parameters that were changed, in the order of the change.
    var parameters: [ParameterChange]
    /// The addresses under which flows were translated that end with the table; empty where another rule stays beneath.
    let flowAddresses: [String]
    /// The sources of a NAT instance, which nothing else translates; nil where it is none.
    var instanceSources: [String]?
    /// The chains of other owners that got rules; nil where there are none.
    var opened: [OpenedChain]?
    /// The trial that the tables are on; nil where they stay.
    var trial: Trial?

    /// A kernel parameter before and after.
    struct ParameterChange: Hashable, Sendable, Codable {
        /// The path below `/proc/sys`, in components; an interface's name has one character for each of its bytes.
        let components: [String]
        /// What it was.
        var before: String
        /// What it became; nil while that is not known, since nothing was written yet, or it is being put back: then it is
        /// put back from whatever it is.
        var after: String?
    }

    /// Tells whether the record is of this boot and of the calling thread's network namespace.
    ///
    /// A namespace that is gone leaves its inode, and so its record's name, to another one.
    func isCurrent() throws -> Bool {
        try boot == Self.currentBoot() && namespace == NetworkNamespace.currentCookie()
    }

    /// The kernel's name for this boot.
    static func currentBoot() throws -> String {
        try Sysctl("kernel.random.boot_id").read() ?? "unknown"
    }
}

extension UndoRecord {
    /// The record of a plan and of the parameters that it changes.
    init(_ plan: FixPlan, _ parameters: [ParameterChange]) throws {
        let families = plan.tables.map { "\($0.family)" }
        self.init(
            id: "\(plan.generation)-\(families.joined(separator: "-"))",
            boot: try Self.currentBoot(),
            namespace: try NetworkNamespace.currentCookie(),
            tables: families,
            parameters: parameters,
            flowAddresses: plan.instanceAddresses.sorted().map(\.description),
            instanceSources: plan.instanceSources.isEmpty ? nil : plan.instanceSources.map(\.description),
            opened: plan.passages.isEmpty ? nil : plan.passages.map(OpenedChain.init)
        )
    }

    /// This record with what an earlier one still has to put back: the oldest value is the one to return to.
    func including(_ earlier: UndoRecord?) -> UndoRecord {
        guard let earlier else { return self }
        let old = earlier.parameters.map { old in
            var merged = old
            if let new = parameters.first(where: { $0.components == old.components }) {
                merged.after = new.after
            }
            return merged
        }
        let known = Set(old.map(\.components))
        return UndoRecord(
            id: id,
            boot: boot,
            namespace: namespace,
            // One that only goes on with what another began makes no tables.
            tables: tables.isEmpty ? earlier.tables : tables,
            parameters: old + parameters.filter { !known.contains($0.components) },
            flowAddresses: Array(Set(flowAddresses + earlier.flowAddresses)).sorted(),
            instanceSources: instanceSources ?? earlier.instanceSources,
            opened: opened.map { $0 + (earlier.opened ?? []) } ?? earlier.opened,
            trial: trial
        )
    }
}
