public import NetlinkBridge

/// Where undo records and locks of one network namespace are kept.
public struct StateFolder: Sendable {
    private let records: String
    private let locks: String
    private let key: String

    /// The folders for a namespace; `NATAUDIT_STATE` names another one for both.
    public init(of namespace: NetworkNamespace.Identity, override: String?) {
        key = namespace.description
        records = override ?? "/var/lib/nataudit"
        locks = override ?? "/run/nataudit"
    }

    /// The folders for the calling thread's namespace, as the environment names them.
    public static func current() throws -> StateFolder {
        let named = environmentVariable("NATAUDIT_STATE").flatMap { $0.isEmpty ? nil : $0 }
        return StateFolder(of: try NetworkNamespace.current().identity, override: named)
    }

    /// Takes the lock by which only one instance changes a namespace at a time.
    ///
    /// - Throws: `PlanRefusal` where another instance holds it.
    func lock() throws -> FileLock {
        try StateFiles.makeDirectory(locks)
        let path = "\(locks)/\(key).lock"
        guard let lock = try FileLock(path: path) else {
            throw PlanRefusal(
                "another nataudit is changing this network namespace (\(escapedForDisplay(path)) is locked)"
            )
        }
        return lock
    }

    /// Where the undo record is kept.
    private var recordPath: String { "\(records)/\(key).json" }

    /// The undo record; nil where there is none, or where it is of another boot and so of nothing that is left.
    func record() throws -> UndoRecord? {
        guard let bytes = try StateFiles.read(recordPath) else { return nil }
        let record: UndoRecord
        do {
            record = try JSONText.decode(UndoRecord.self, from: String(decoding: bytes, as: UTF8.self))
        } catch {
            throw PlanRefusal(
                "the undo record \(escapedForDisplay(recordPath)) cannot be read; look at it and remove it"
            )
        }
        return record.boot == UndoRecord.currentBoot() ? record : nil
    }

    /// Writes the record so that it is on the disk before anything is changed.
    func write(_ record: UndoRecord) throws {
        try StateFiles.makeDirectory(records)
        try StateFiles.write(Array(try JSONText.encode(record).utf8), to: recordPath)
    }

    /// Removes the record: nothing is left to undo.
    func removeRecord() throws { try StateFiles.remove(recordPath) }
}
