internal import NetlinkBridge

/// What has to be written so that a fix outlives a boot, checked before anything is.
struct Persistence: Hashable, Sendable {
    /// The tables that are kept.
    let tables: [PlannedTable]
    /// The files that keep them.
    let files: [PersistedFile]

    /// Checks that the host can restore the tables at boot, and that their script makes exactly them.
    ///
    /// Where an earlier fix keeps the same tables, its script is theirs: it says what the chains are for, which tables in the kernel
    /// do not.
    ///
    /// - Throws: `PlanRefusal` where it cannot, or does not.
    init(_ tables: [PlannedTable], forwards: Bool, _ earlier: PersistedFix?, _ snapshot: HostSnapshot) throws {
        guard Self.isHostsOwnNamespace() else {
            throw PlanRefusal(
                "--persist is for the network namespace that the host boots with, and this is another one, which no boot brings back"
            )
        }
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
        self.tables = try tables.map { try $0.persistable(snapshot.links) }
        var files = PersistedFiles.all(self.tables, forwards: forwards, program: program)
        if let script = earlier?.files.first, earlier?.files.map(\.path) == files.map(\.path),
            (try? ScratchNamespace.tables(of: script.content, named: script.path)) == self.tables.map(\.asRead)
        {
            files[0] = script
        }
        self.files = files
        let made = try ScratchNamespace.tables(of: files[0].content, named: files[0].path)
        guard made == self.tables.map(\.asRead) else {
            throw PlanRefusal("nft makes something else of \(files[0].path) than was planned, so that it is not kept")
        }
    }

    /// The writing, as steps of a plan.
    var steps: [FixStep] { files.map(\.step) }

    /// Tells whether the calling thread is in the namespace of the first process, to which units belong; false where that is not
    /// known.
    static func isHostsOwnNamespace() -> Bool {
        guard let first = try? NetworkNamespace(path: "/proc/1/ns/net"), let here = try? NetworkNamespace.current()
        else {
            return false
        }
        return first.identity == here.identity
    }
}
