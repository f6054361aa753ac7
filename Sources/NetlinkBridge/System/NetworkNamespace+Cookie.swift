internal import Glibc

extension NetworkNamespace {
    /// The kernel's number for the calling thread's network namespace, which it gives to no other one during a boot.
    ///
    /// The inode of a namespace is given to a new one once the old one is gone; this number is not. Nil before Linux 5.14,
    /// which has no SO_NETNS_COOKIE (asm-generic/socket.h).
    public static func currentCookie() throws(SystemError) -> UInt64? {
        let operation = "ask for the network namespace's cookie"
        let number = socket(AF_INET, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard number >= 0 else { throw SystemError(operation, code: errno) }
        let descriptor = Descriptor(owning: number)
        var cookie: UInt64 = 0
        var length = socklen_t(MemoryLayout<UInt64>.size)
        // Sound: both pointers are to locals that outlive the call, and the length is the number's own.
        let result = unsafe getsockopt(descriptor.number, SOL_SOCKET, namespaceCookie, &cookie, &length)
        guard result == 0 else {
            if errno == ENOPROTOOPT { return nil }
            throw SystemError(operation, code: errno)
        }
        return cookie
    }

    /// SO_NETNS_COOKIE.
    private static let namespaceCookie: Int32 = 71
}
