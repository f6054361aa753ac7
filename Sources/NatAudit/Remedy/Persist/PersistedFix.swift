internal import NetlinkBridge

/// What `undo` and `fix --restore` have to know of a fix that outlives boots.
struct PersistedFix: Hashable, Sendable, Codable {
    /// The files that were written, with their contents, in the order of writing.
    let files: [PersistedFile]
    /// The folders that were made for them.
    let folders: [String]
    /// The families of the tables.
    let tables: [String]
    /// The kernel parameters that the fix changed; empty where it changed none.
    let parameters: [UndoRecord.ParameterChange]
    /// The addresses under which flows were translated that end with the table, as in the undo record.
    let flowAddresses: [String]
    /// The sources of a NAT instance, as in the undo record.
    var instanceSources: [String]?

    /// What there is to undo in a boot in which nothing was restored, or nothing is known of it.
    func undoRecord() throws -> UndoRecord {
        UndoRecord(
            id: "persisted",
            boot: try UndoRecord.currentBoot(),
            namespace: try NetworkNamespace.currentCookie(),
            tables: tables,
            parameters: parameters,
            flowAddresses: flowAddresses,
            instanceSources: instanceSources
        )
    }

    /// What would be removed, a line each.
    func lines() throws -> [String] {
        try files.reversed().filter { try $0.presence() == .there }.map { "remove \($0.path)" }
    }

    /// Removes the files that are still as they were written, and the folders that were made for them and are empty.
    ///
    /// Returns which files were changed since: they stay.
    func removeFiles() throws -> [String] {
        var notes: [String] = []
        for file in files.reversed() {
            switch try file.presence() {
            case .absent: break
            case .there: try RootFolder(file.folder).remove(file.name)
            case .other: notes.append("\(file.path) was changed since, and stays")
            }
        }
        for folder in folders.reversed() { try RootFolder.removeEmpty(folder) }
        return notes
    }
}

extension StateFolder {
    /// There is one for the host, whatever the boot: it belongs to the namespace that the host boots with.
    private var persistedPath: String { "\(records)/persisted.json" }

    /// The fix that outlives boots; nil where there is none, and in any other namespace than the host's own.
    func persisted() throws -> PersistedFix? {
        let bytes: [UInt8]?
        do throws(SystemError) {
            bytes = try StateFiles.read(persistedPath)
            // Where that cannot be told, it is not as if there were none.
            guard bytes != nil, try Persistence.isHostsOwnNamespace() else { return nil }
        } catch {
            throw StateError(cause: error)
        }
        guard let bytes else { return nil }
        do {
            return try JSONText.decode(PersistedFix.self, from: String(decoding: bytes, as: UTF8.self))
        } catch {
            throw PlanRefusal(
                "the record \(escapedForDisplay(persistedPath)) cannot be read; look at it and remove it"
            )
        }
    }

    /// What there is to undo: the record of this boot with what the files' record still has to put back.
    ///
    /// Where nothing was restored in this boot, the record of a fix since knows nothing of what the files switch on.
    func undoable(with persisted: PersistedFix?) throws -> UndoRecord? {
        let kept = try persisted?.undoRecord()
        return try record()?.including(kept) ?? kept
    }

    /// Where the folders are noted that are about to be made.
    private var foldersPath: String { "\(records)/folders.json" }

    /// Notes that folders are about to be made for files, on the disk before they are; an empty list takes the note away.
    func noteFolders(_ folders: [String]) throws(SystemError) {
        guard !folders.isEmpty else { return try StateFiles.remove(foldersPath) }
        try StateFiles.makeDirectory(records)
        try StateFiles.write(Array(folders.joined(separator: "\n").utf8), to: foldersPath)
    }

    /// Removes what a process left that was killed while it wrote these files or their record, where that is the host's own.
    ///
    /// Called under the lock. What cannot be removed stays: what writes there will say so.
    func removeUnfinishedFiles() {
        guard (try? Persistence.isHostsOwnNamespace()) == true else { return }
        try? StateFiles.removeUnfinished(persistedPath)
        try? StateFiles.removeUnfinished(foldersPath)
        for place in PersistedFiles.places {
            do throws(SystemError) { try RootFolder(place.folder).removeAbandoned(place.name) } catch { continue }
        }
        let noted = ((try? StateFiles.read(foldersPath)) ?? nil).map { String(decoding: $0, as: UTF8.self) } ?? ""
        for folder in noted.split(separator: "\n").map(String.init).reversed()
        where PersistedFiles.places.contains(where: { $0.folder == folder }) {
            try? RootFolder.removeEmpty(folder)
        }
        try? noteFolders([])
        // Nobody else's folder has that name.
        try? RootFolder.removeEmpty(PersistedFiles.folder)
    }

    /// Writes the record so that it is on the disk before any of its files.
    func write(_ fix: PersistedFix) throws {
        try StateFiles.makeDirectory(records)
        try StateFiles.write(Array(try JSONText.encode(fix).utf8), to: persistedPath)
    }

    /// Removes the record: no file is left.
    func removePersisted() throws { try StateFiles.remove(persistedPath) }
}
