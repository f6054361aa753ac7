internal import NetlinkBridge

/// The state of a host, as one file holds it: what the kernel answered when a scan asked.
///
/// Kept are the answers as they came, not what was made of them. So a capture is read by the very same readers and decoders
/// as a host, refusals and gaps included; it keeps what today's decoders do not understand, for those of tomorrow; and no second form of
/// every value has to be written, read and kept true.
public struct Capture: Sendable {
    /// How the namespace was named when it was made.
    public let namespace: String
    /// When it was made (RFC 3339).
    public let time: String
    /// The version of the program that made it.
    public let maker: String
    /// The kernel's answers.
    let log: KernelLog

    /// Makes a capture of its parts.
    init(namespace: String, time: String, maker: String, log: KernelLog) {
        self.namespace = namespace
        self.time = time
        self.maker = maker
        self.log = log
    }

    /// Reads the state of the calling thread's network namespace, as a scan does, and keeps what the kernel said.
    ///
    /// - Throws: as `SnapshotReader.read(namespace:_:)` does.
    public static func take(namespace: String, time: String) throws -> Capture {
        let (_, log) = try KernelLog.recording { try SnapshotReader.read(namespace: namespace) }
        return Capture(namespace: namespace, time: time, maker: Tool.version, log: log)
    }

    /// What a scan reads from the captured host; the kernel that this program runs on is not asked.
    ///
    /// Ways of packets that the host's kernel was not asked for come from its rules and routes (`RoutingPolicy`).
    /// Paths that the user asks for are followed beside those that follow from the state.
    /// - Throws: `NetlinkError` where what no scan can do without is missing or cannot be decoded; `PathRequestError` where
    ///   a request cannot be a path of that host.
    public func snapshot(requests: [PathRequest] = []) throws -> HostSnapshot {
        try log.replaying { try SnapshotReader.read(namespace: namespace, requests: requests) }
    }

    /// The state that a file holds.
    public static func read(_ path: String) throws -> HostSnapshot { try Capture(contentsOf: path).snapshot() }

    /// Reads a capture's file.
    ///
    /// - Throws: `SystemError` where the file cannot be read, `CaptureError` where it is no capture.
    public init(contentsOf path: String) throws {
        let bytes = try readFile(path, limit: Self.maximumFileSize)
        do throws(CaptureError.Cause) {
            try self.init(decoding: bytes)
        } catch {
            throw CaptureError(name: escapedForDisplay(path), cause: error)
        }
    }
}
