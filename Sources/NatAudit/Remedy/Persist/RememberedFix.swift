internal import NetlinkBridge

/// A fix that files say is in place in the calling thread's network namespace, whatever the rules show.
public struct RememberedFix: Hashable, Sendable {
    /// The families of its tables; empty where only the script is there.
    let families: Set<String>
    /// Tells whether they were all that translated, for clients of a NAT instance; false where that is not known.
    let translatesAlone: Bool
    /// The chains of other owners in which it put rules.
    let opened: [OpenedChain]
    /// Tells whether `fix --restore` can put it back.
    let isPersisted: Bool
    /// What says so, a line each.
    let evidence: [String]

    /// Looks into the undo record and at the persisted files, and changes nothing; nil where they speak of no fix, or may not be
    /// read.
    static func read() -> RememberedFix? {
        guard let state = try? StateFolder.current() else { return nil }
        // A trial goes by itself, and what is left of an earlier fix's parameters is no table.
        let record = ((try? state.record()) ?? nil).flatMap { $0.trial == nil && !$0.tables.isEmpty ? $0 : nil }
        let persisted = (try? state.persisted()) ?? nil
        let hasScript = (try? Persistence.isHostsOwnNamespace()) == true && Self.hasScript()
        guard record != nil || persisted != nil || hasScript else { return nil }
        return RememberedFix(
            families: Set((record?.tables ?? []) + (persisted?.tables ?? [])),
            translatesAlone: [record?.flowAddresses, persisted?.flowAddresses].contains { $0?.isEmpty == false },
            opened: record?.opened ?? [],
            isPersisted: hasScript,
            evidence: (record.map { ["the undo record \($0.id) of this boot"] } ?? [])
                + (hasScript ? ["the persisted script \(PersistedFiles.scriptPath)"] : [])
        )
    }

    private static func hasScript() -> Bool {
        do throws(SystemError) {
            if case .file = try RootFolder(PersistedFiles.folder).entry(PersistedFiles.script) { return true }
        } catch {
            // What may not be trusted is nobody's fix.
        }
        return false
    }
}
