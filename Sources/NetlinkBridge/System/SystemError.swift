internal import Glibc

/// A system call that failed: what was attempted, and the kernel's reason.
public struct SystemError: Error, Hashable, Sendable {
    /// What was attempted and on what, as the beginning of a sentence: "bind a UDP socket to 10.0.0.1:3478".
    public let operation: String
    /// The errno, positive.
    public let code: Int32

    /// Tells whether this program refused, and not the kernel: others than root may change what it is about.
    public let isDistrust: Bool

    /// Makes an error from the operation and a positive errno.
    public init(_ operation: String, code: Int32, isDistrust: Bool = false) {
        self.operation = operation
        self.code = code
        self.isDistrust = isDistrust
    }

    /// The errno's symbolic name, such as `EPERM`, or its number where it has none here.
    public var name: String { Self.names[code] ?? "errno \(code)" }

    /// Tells whether the kernel refused for want of a privilege (EPERM or EACCES).
    public var isPermission: Bool { code == EPERM || code == EACCES }

    /// The C library's words for an errno.
    public static func message(_ code: Int32) -> String {
        var buffer = [CChar](repeating: 0, count: 256)
        return unsafe buffer.withUnsafeMutableBufferPointer { pointer in
            // Sound: the buffer outlives the call and its size is passed along.
            guard let base = pointer.baseAddress, unsafe strerror_r(code, base, pointer.count) == 0 else {
                return "error \(code)"
            }
            return unsafe String(cString: base).lowercased()
        }
    }

    private static let names: [Int32: String] = [
        EPERM: "EPERM", ENOENT: "ENOENT", EINTR: "EINTR", EIO: "EIO", EBADF: "EBADF", EAGAIN: "EAGAIN",
        ENOMEM: "ENOMEM", EACCES: "EACCES", EBUSY: "EBUSY", EEXIST: "EEXIST", ENODEV: "ENODEV",
        ENOTDIR: "ENOTDIR", EISDIR: "EISDIR", ENAMETOOLONG: "ENAMETOOLONG", EDQUOT: "EDQUOT",
        EINVAL: "EINVAL", EMFILE: "EMFILE", ENFILE: "ENFILE", ENOSPC: "ENOSPC",
        EROFS: "EROFS", EPIPE: "EPIPE", ERANGE: "ERANGE", ELOOP: "ELOOP", EMSGSIZE: "EMSGSIZE",
        EPROTONOSUPPORT: "EPROTONOSUPPORT", EOPNOTSUPP: "EOPNOTSUPP", EAFNOSUPPORT: "EAFNOSUPPORT",
        EADDRINUSE: "EADDRINUSE", EADDRNOTAVAIL: "EADDRNOTAVAIL", ENETDOWN: "ENETDOWN",
        ENETUNREACH: "ENETUNREACH", ENOBUFS: "ENOBUFS", ETIMEDOUT: "ETIMEDOUT",
        ECONNREFUSED: "ECONNREFUSED", EHOSTUNREACH: "EHOSTUNREACH", ERESTART: "ERESTART",
        EOVERFLOW: "EOVERFLOW", EFBIG: "EFBIG", ENODATA: "ENODATA", EBADMSG: "EBADMSG", EPROTO: "EPROTO",
        ENOPROTOOPT: "ENOPROTOOPT",
    ]
}

extension SystemError: CustomStringConvertible {
    /// One sentence: "could not OPERATION: REASON (ENAME)".
    public var description: String { "could not \(operation): \(Self.message(code)) (\(name))" }
}

/// Turns the result of a shim, which is a negative errno on failure, into a value or an error.
@discardableResult
func checked<Result: SignedInteger>(
    _ result: Result,
    _ operation: @autoclosure () -> String
) throws(SystemError) -> Result {
    guard result < 0 else { return result }
    throw SystemError(operation(), code: Int32(-result))
}
