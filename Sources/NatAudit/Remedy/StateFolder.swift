public import NetlinkBridge

/// Where undo records and locks of one network namespace are kept.
public struct StateFolder: Sendable {
    let records: String
    /// The other folder that was named for both; nil for the usual ones.
    let override: String?
    private let locks: String
    private let key: String

    /// The folders for a namespace; `NATAUDIT_STATE` names another one for both.
    public init(of namespace: NetworkNamespace.Identity, override: String?) {
        key = namespace.description
        self.override = override
        records = override ?? "/var/lib/nataudit"
        locks = override ?? "/run/nataudit"
    }

    /// The folders for the calling thread's namespace, as the environment names them.
    public static func current() throws -> StateFolder {
        let named = environmentVariable("NATAUDIT_STATE").flatMap { $0.isEmpty ? nil : $0 }
        return StateFolder(of: try NetworkNamespace.current().identity, override: named)
    }

    /// Takes the lock by which only one instance changes a namespace at a time, and clears away what one left that was
    /// killed while it wrote.
    ///
    /// - Throws: `PlanRefusal` where another instance holds it; `StateError` where it cannot be kept there.
    func lock() throws -> StateLock {
        let path = "\(locks)/\(key).lock"
        // The files of a persisted fix are the same wherever the records are.
        var files: FileLock?
        if (try? Persistence.isHostsOwnNamespace()) == true, RootFolder.isThere(StateLock.filesFolder) {
            do throws(SystemError) {
                files = try FileLock(folder: StateLock.filesFolder)
            } catch {
                throw StateError(cause: error)
            }
            guard files != nil else {
                throw PlanRefusal(
                    "another nataudit is changing this host, perhaps with records elsewhere (\(StateLock.filesFolder) is locked)"
                )
            }
        }
        do throws(SystemError) {
            try StateFiles.makeDirectory(locks)
            if let lock = try FileLock(path: path) {
                // Where it cannot be removed, what writes there will say so.
                try? StateFiles.removeUnfinished(recordPath)
                removeUnfinishedFiles()
                return StateLock(namespace: lock, files: files)
            }
        } catch {
            throw StateError(cause: error)
        }
        throw PlanRefusal(
            "another nataudit is changing this network namespace (\(escapedForDisplay(path)) is locked)"
        )
    }

    /// Where the undo record is kept.
    private var recordPath: String { "\(records)/\(key).json" }

    /// The undo record; nil where there is none, or where it is of another boot or of a namespace that is gone.
    func record() throws -> UndoRecord? {
        let bytes: [UInt8]?
        do throws(SystemError) {
            bytes = try StateFiles.read(recordPath)
        } catch {
            throw StateError(cause: error)
        }
        guard let bytes else { return nil }
        let record: UndoRecord
        do {
            record = try JSONText.decode(UndoRecord.self, from: String(decoding: bytes, as: UTF8.self))
        } catch {
            throw PlanRefusal(
                "the undo record \(escapedForDisplay(recordPath)) cannot be read; look at it and remove it"
            )
        }
        return try record.isCurrent() ? record : nil
    }

    /// Writes the record so that it is on the disk before anything is changed.
    func write(_ record: UndoRecord) throws {
        try StateFiles.makeDirectory(records)
        try StateFiles.write(Array(try JSONText.encode(record).utf8), to: recordPath)
    }

    /// Removes the record: nothing is left to undo.
    func removeRecord() throws { try StateFiles.remove(recordPath) }
}

/// What keeps other instances from changing a namespace, and the files of a persisted fix, as long as it lives.
struct StateLock: ~Copyable {
    /// The folder below which the files of a persisted fix are.
    static let filesFolder = "/etc"

    private let namespace: FileLock
    private let files: FileLock?

    init(namespace: consuming FileLock, files: consuming FileLock?) {
        self.namespace = namespace
        self.files = files
    }
}

/// Why what is remembered between two runs cannot be kept or read.
struct StateError: Error, Hashable, Sendable, CustomStringConvertible {
    let cause: SystemError

    /// One sentence, and what to do where that is known.
    var description: String { cause.isPermission ? "\(cause); run it as root" : "\(cause)" }
}
