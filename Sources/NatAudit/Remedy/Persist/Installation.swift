internal import NetlinkBridge

/// The writing of the files that make a fix outlive a boot: all of them, or none.
///
/// They are written to the disk beside their places before anything is applied, so that what keeps files from being written shows
/// while there is nothing to take back, and take their places in the end.
struct Installation {
    private let persistence: Persistence
    /// The files that are not there already.
    private let missing: [PersistedFile]
    private var madeFolders: [String] = []

    /// Looks which files are not there already; changes nothing.
    ///
    /// - Throws: `PlanRefusal` where something else is in a place; `PersistError` where that cannot be told.
    init(_ persistence: Persistence) throws {
        self.persistence = persistence
        missing = try persistence.files.filter { file in
            let presence: PersistedFile.Presence
            do throws(SystemError) {
                // What keeps a folder from being trusted is said as it is.
                _ = try RootFolder(file.folder)
                presence = try file.presence()
            } catch {
                guard error.name == "ENOENT" else { throw PersistError(error, "nothing was changed") }
                return true
            }
            guard presence != .other else {
                throw PlanRefusal(
                    "\(file.path) is there and is not what would be written: `nataudit undo` removes what an earlier --persist "
                        + "wrote, what else it is has to go by hand"
                )
            }
            return presence == .absent
        }
    }

    /// Tells whether all files are there already.
    var isDone: Bool { missing.isEmpty }

    /// Writes the files beside their places.
    ///
    /// - Throws: `PersistError` where one cannot be written. Then nothing stays.
    mutating func stage(_ state: StateFolder) throws(PersistError) {
        do throws(SystemError) {
            try state.noteFolders(Array(Set(missing.map(\.folder).filter { !RootFolder.isThere($0) })).sorted())
            for file in missing {
                if try RootFolder.make(file.folder) { madeFolders.append(file.folder) }
                let folder = try RootFolder(file.folder)
                if file.isLink {
                    try folder.stageLink(to: file.content, as: file.name)
                } else {
                    try folder.stage(Array(file.content.utf8), as: file.name)
                }
            }
        } catch {
            discard(state)
            throw PersistError(error, "nothing was changed")
        }
    }

    /// Puts the files in their places, the record before them.
    ///
    /// - Throws: where that fails; then none of them is there, nor beside its place.
    func commit(_ state: StateFolder) throws {
        do {
            try place(state)
            // From here on the record has them.
            try? state.noteFolders([])
        } catch {
            discard(state)
            throw error
        }
    }

    private func place(_ state: StateFolder) throws {
        let earlier = try state.persisted()
        let undoable = try state.undoable(with: earlier)
        let fix = PersistedFix(
            files: persistence.files,
            folders: (earlier?.folders ?? []) + madeFolders,
            tables: persistence.tables.map { "\($0.family)" },
            parameters: undoable?.parameters ?? [],
            flowAddresses: undoable?.flowAddresses ?? [],
            instanceSources: undoable?.instanceSources
        )
        var placed: [PersistedFile] = []
        do {
            try state.write(fix)
            for file in missing {
                try RootFolder(file.folder).put(file.name)
                placed.append(file)
            }
        } catch {
            for file in placed.reversed() { try? RootFolder(file.folder).remove(file.name) }
            if let earlier { try? state.write(earlier) } else { try? state.removePersisted() }
            throw error
        }
    }

    /// Removes what was written beside the places, and the folders that were made.
    func discard(_ state: StateFolder) {
        for file in missing { try? RootFolder(file.folder).discard(file.name) }
        for folder in madeFolders.reversed() { try? RootFolder.removeEmpty(folder) }
        try? state.noteFolders([])
    }
}

/// Why a fix was not persisted.
struct PersistError: Error, CustomStringConvertible {
    /// One sentence, and how the host was left.
    let description: String

    init(_ cause: SystemError, _ state: String) {
        description = "\(cause); \(cause.isPermission ? "run it as root; " : "")\(state)"
    }

    init(_ description: String) { self.description = description }
}
