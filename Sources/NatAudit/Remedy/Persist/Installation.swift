internal import NetlinkBridge

/// The writing of the files that make a fix outlive a boot: all of them, or none.
///
/// They are written to the disk beside their places before anything is applied, so that what keeps files from being written shows
/// while there is nothing to take back, and take their places in the end.
struct Installation {
    private let persistence: Persistence
    /// The files that are not there already.
    private var staged: [PersistedFile] = []
    private var madeFolders: [String] = []

    /// Writes the files beside their places.
    ///
    /// - Throws: `PlanRefusal` where something else is in a place; `PersistError` where a file cannot be written. Then nothing stays.
    init(staging persistence: Persistence) throws {
        self.persistence = persistence
        do {
            for file in persistence.files { try stage(file) }
        } catch {
            discard()
            guard let cause = error as? SystemError else { throw error }
            throw PersistError(cause, "nothing was changed")
        }
    }

    /// Tells whether all files are there already.
    var isDone: Bool { staged.isEmpty }

    private mutating func stage(_ file: PersistedFile) throws {
        if try RootFolder.make(file.folder) { madeFolders.append(file.folder) }
        let folder = try RootFolder(file.folder)
        switch try file.presence() {
        case .there: return
        case .other:
            throw PlanRefusal(
                "\(file.path) is there and is not what would be written: `nataudit undo` removes what an earlier --persist wrote, "
                    + "what else it is has to go by hand"
            )
        case .absent: break
        }
        if file.isLink {
            try folder.stageLink(to: file.content, as: file.name)
        } else {
            try folder.stage(Array(file.content.utf8), as: file.name)
        }
        staged.append(file)
    }

    /// Puts the files in their places, the record before them.
    ///
    /// - Throws: `PersistError`; then none of them is there.
    func commit(_ state: StateFolder) throws {
        let earlier = try state.persisted()
        let record = try state.record()
        let fix = PersistedFix(
            files: persistence.files,
            folders: (earlier?.folders ?? []) + madeFolders,
            tables: persistence.tables.map { "\($0.family)" },
            parameters: [record?.parameters, earlier?.parameters].compactMap(\.self).first { !$0.isEmpty } ?? [],
            flowAddresses: [record?.flowAddresses, earlier?.flowAddresses].compactMap(\.self).first { !$0.isEmpty }
                ?? []
        )
        var placed: [PersistedFile] = []
        do {
            try state.write(fix)
            for file in staged {
                try RootFolder(file.folder).put(file.name)
                placed.append(file)
            }
        } catch {
            for file in placed.reversed() { try? RootFolder(file.folder).remove(file.name) }
            discard()
            if let earlier { try? state.write(earlier) } else { try? state.removePersisted() }
            throw error
        }
    }

    /// Removes what was written beside the places, and the folders that were made.
    func discard() {
        for file in staged { try? RootFolder(file.folder).discard(file.name) }
        madeFolders.reversed().forEach(RootFolder.removeEmpty)
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
