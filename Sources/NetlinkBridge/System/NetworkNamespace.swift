internal import CShims
internal import Glibc

/// A network namespace, held open by a descriptor: it lives at least as long as this object.
///
/// A namespace that was made here has no name and no file, so that nothing of it is left when the process ends, however it ends.
public final class NetworkNamespace: Sendable {
    private let descriptor: Descriptor
    /// How it was named, escaped.
    private let name: String

    /// The device and inode of the namespace's file in nsfs, which together identify it until the next boot.
    public let identity: Identity

    /// What tells one network namespace from another during one boot.
    public struct Identity: Hashable, Sendable, CustomStringConvertible {
        /// The device of nsfs.
        public let device: UInt64
        /// The inode number, the same that `readlink /proc/self/ns/net` shows.
        public let inode: UInt64

        /// `DEVICE-INODE`, fit for a file name.
        public var description: String { "\(device)-\(inode)" }
    }

    private init(owning number: Int32, describedAs name: String) throws(SystemError) {
        descriptor = Descriptor(owning: number)
        self.name = name
        var device: UInt64 = 0
        var inode: UInt64 = 0
        // Sound: both pointers are to locals that outlive the call.
        try checked(unsafe na_identity(number, &device, &inode), "look at the network namespace \(name)")
        identity = Identity(device: device, inode: inode)
    }

    /// Opens the namespace behind a file such as `/run/netns/NAME` or `/proc/PID/ns/net`.
    public convenience init(path: String) throws(SystemError) {
        let shown = escapedForDisplay(path)
        let number = try checked(unsafe na_open_readonly(path), "open the network namespace \(shown)")
        try self.init(owning: number, describedAs: shown)
    }

    /// Opens what a user named: a path, `pid:N`, or the name of a namespace in `/run/netns`.
    public convenience init(named name: String) throws(SystemError) {
        if name.contains("/") {
            try self.init(path: name)
        } else if name.hasPrefix("pid:"), let process = UInt32(name.dropFirst(4)) {
            try self.init(path: "/proc/\(process)/ns/net")
        } else {
            try self.init(path: "/run/netns/\(name)")
        }
    }

    /// Opens the namespace that the calling thread is in.
    public static func current() throws(SystemError) -> NetworkNamespace {
        try NetworkNamespace(path: "/proc/thread-self/ns/net")
    }

    /// Makes a new, empty namespace.
    public static func make() throws -> NetworkNamespace {
        try onNewThread {
            try checked(na_unshare_network(), "make a network namespace (CAP_SYS_ADMIN is needed)")
            return try current()
        }
    }

    /// A path by which other processes of the same user reach the namespace while this process holds it.
    public var path: String { "/proc/\(getpid())/fd/\(descriptor.number)" }

    /// The descriptor's number, valid as long as this object lives.
    var number: Int32 { descriptor.number }

    /// Moves the calling thread into the namespace, for good.
    ///
    /// Meant for a process that has one thread only; everything else wants `perform(_:)`.
    public func enter() throws(SystemError) {
        try checked(
            na_enter_network(descriptor.number),
            "enter \(name) (a network namespace and CAP_SYS_ADMIN are needed)"
        )
    }

    /// Runs `body` on a thread of its own inside the namespace and returns what it returns.
    ///
    /// Sockets opened by `body` stay in the namespace, whatever thread uses them later. The calling thread waits
    /// and stays where it is.
    public func perform<Value: Sendable>(_ body: @Sendable () throws -> Value) throws -> Value {
        try withoutActuallyEscaping(body) { body in
            try onNewThread {
                try self.enter()
                return try body()
            }
        }
    }
}
