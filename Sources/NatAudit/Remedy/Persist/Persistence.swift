internal import NetlinkBridge

/// What has to be written so that a fix outlives a boot, checked before anything is.
struct Persistence: Hashable, Sendable {
    /// The tables that are kept.
    let tables: [PlannedTable]
    /// The files that keep them.
    private(set) var files: [PersistedFile]

    /// Checks that the host can restore the tables at boot, and that their script makes exactly them.
    ///
    /// - Throws: `PlanRefusal` where it cannot, or does not.
    init(
        _ tables: [PlannedTable],
        _ parameters: [PlannedParameter],
        _ state: StateFolder,
        _ snapshot: HostSnapshot
    ) throws {
        try Self.requireHostsOwnNamespace("--persist")
        guard RootFolder.isThere("/run/systemd/system") else {
            throw PlanRefusal("--persist writes a unit for systemd, which does not run here")
        }
        let program = try ProgramFile.path()
        guard program.hasPrefix("/"), program.split(separator: "/").allSatisfy({ KernelName(String($0)).isPlain })
        else {
            throw PlanRefusal(
                "the unit cannot name this program (\(escapedForDisplay(program))): install it under a plain path"
            )
        }
        guard ProgramFile.isRootsAlone(program) else {
            throw PlanRefusal(
                "the unit would run \(program) as root, which others than root can replace: install it in a folder of root's, "
                    + "such as /usr/local/sbin"
            )
        }
        if let folder = state.override { try Self.requireKnownAtBoot(folder) }
        if let odd = parameters.first(where: { !$0.components.allSatisfy { KernelName(latin1: $0).isPlain } }) {
            throw PlanRefusal("\(escapedForDisplay(odd.name)) cannot be kept: sysctl.d takes no such name")
        }
        self.tables = try tables.map { try $0.persistable(snapshot.links) }
        files = PersistedFiles.all(self.tables, parameters, program: program, state: state.override)
        let made = try ScratchNamespace.tables(of: files[0].content, named: files[0].path)
        guard made == self.tables.map(\.asRead) else {
            throw PlanRefusal("nft makes something else of \(files[0].path) than was planned, so that it is not kept")
        }
    }

    /// Refuses a folder of records that the unit could not name, or that would tell it at boot what others than root wrote there.
    private static func requireKnownAtBoot(_ folder: String) throws(PlanRefusal) {
        let parts = folder.split(separator: "/")
        guard folder.hasPrefix("/"), parts.allSatisfy({ KernelName(String($0)).isPlain && $0 != ".." }) else {
            throw PlanRefusal(
                "the unit cannot name the folder of NATAUDIT_STATE (\(escapedForDisplay(folder))): name an absolute path of plain "
                    + "names (A-Z a-z 0-9 _ . -), or none"
            )
        }
        guard ProgramFile.isRootsAlone(folder, orAbsent: true) else {
            throw PlanRefusal(
                "the unit would believe the records in \(folder), which others than root can replace: let NATAUDIT_STATE name a "
                    + "folder of root's, or none"
            )
        }
    }

    /// The same with the script that was written before, where that makes the same tables.
    ///
    /// The kernel does not keep what a chain is for, so that a script of the tables that are in place lacks it.
    func keeping(_ earlier: PersistedFix?) throws -> Persistence {
        guard let script = earlier?.files.first(where: { $0.path == files[0].path }), script != files[0],
            try ScratchNamespace.tables(of: script.content, named: script.path) == tables.map(\.asRead)
        else { return self }
        var kept = self
        kept.files[0] = script
        return kept
    }

    /// The writing, as steps of a plan.
    var steps: [FixStep] { files.map(\.step) }

    /// Refuses what an option is for in a namespace that no boot brings back.
    static func requireHostsOwnNamespace(_ option: String) throws(PlanRefusal) {
        let purpose = "\(option) is for the network namespace that the host boots with"
        do throws(SystemError) {
            if try isHostsOwnNamespace() { return }
        } catch {
            throw PlanRefusal("\(purpose), and whether this is it cannot be told: \(error)")
        }
        throw PlanRefusal("\(purpose), and this is another one, which no boot brings back")
    }

    /// Tells whether the calling thread is in the namespace of the first process, to which units belong.
    static func isHostsOwnNamespace() throws(SystemError) -> Bool {
        try NetworkNamespace(path: "/proc/1/ns/net").identity == NetworkNamespace.current().identity
    }
}
