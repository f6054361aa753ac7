internal import CMnl
internal import CShims
internal import Glibc

/// A netlink socket, opened through libmnl in the network namespace of the calling thread.
///
/// It is bound with port id 0: the process id as port id fails on the second socket of a process.
@safe struct NetlinkSocket: ~Copyable {
    /// Which part of the kernel is spoken to.
    enum Bus {
        case netfilter, route, socketDiagnosis

        /// What it is for: where a socket cannot be opened, that is what the kernel lacks.
        fileprivate var words: String {
            switch self {
            case .netfilter: "nf_tables, conntrack and ipset (NETLINK_NETFILTER)"
            case .route: "links and routes (NETLINK_ROUTE)"
            case .socketDiagnosis: "the list of sockets (NETLINK_SOCK_DIAG)"
            }
        }
    }

    /// Nil where answers come from a log.
    private let handle: OpaquePointer?
    /// The protocol's number, NETLINK_*.
    let number: Int32
    private(set) var sequence: UInt32 = 1
    private var buffer: [UInt8]

    /// An answer as large as the kernel makes them (NLMSG_GOODSIZE is at most a page, dumps use up to 32 KiB), and a page.
    private static let bufferSize = 64 * 1024 + 4096
    /// How long a single answer may take: netlink answers from memory, so that seconds mean something is stuck.
    private static let deadline = timeval(tv_sec: 10, tv_usec: 0)

    init(_ bus: Bus) throws(SystemError) {
        let number =
            switch bus {
            case .netfilter: NETLINK_NETFILTER
            case .route: NETLINK_ROUTE
            case .socketDiagnosis: NETLINK_SOCK_DIAG
            }
        self.number = number
        if KernelSource.isReplayed {
            unsafe handle = nil
            buffer = []
            return
        }
        guard let handle = unsafe mnl_socket_open2(number, Int32(SOCK_CLOEXEC.rawValue)) else {
            throw SystemError("open a netlink socket for \(bus.words)", code: errno)
        }
        guard unsafe mnl_socket_bind(handle, 0, MNL_SOCKET_AUTOPID) == 0 else {
            let code = errno
            unsafe mnl_socket_close(handle)
            throw SystemError("bind a netlink socket", code: code)
        }
        unsafe self.handle = unsafe handle
        buffer = [UInt8](repeating: 0, count: Self.bufferSize)
        // The kernel's own words beside an errno. Strict checking makes it refuse what it would silently ignore.
        setOption(NETLINK_EXT_ACK, 1)
        if bus == .route { setOption(NETLINK_GET_STRICT_CHK, 1) }
        var deadline = Self.deadline
        // Sound: the pointer is to a local that outlives the call, with its own size.
        unsafe setsockopt(
            descriptor,
            SOL_SOCKET,
            SO_RCVTIMEO,
            &deadline,
            socklen_t(MemoryLayout<timeval>.size)
        )
    }

    deinit {
        if let handle = unsafe handle { unsafe mnl_socket_close(handle) }
    }

    /// The socket's descriptor, valid as long as the socket lives.
    var descriptor: Int32 { unsafe handle.map { unsafe mnl_socket_get_fd($0) } ?? -1 }

    /// The port id that the kernel gave the socket.
    var port: UInt32 { unsafe handle.map { unsafe mnl_socket_get_portid($0) } ?? 0 }

    private func setOption(_ option: Int32, _ value: Int32) {
        guard let handle = unsafe handle else { return }
        var value = value
        // A kernel that does not know the option still answers, with less detail: no error.
        unsafe _ = mnl_socket_setsockopt(handle, option, &value, socklen_t(MemoryLayout<Int32>.size))
    }

    /// Asks for the messages that the kernel sends to a group of sockets by itself (NETLINK_ADD_MEMBERSHIP).
    func join(group: UInt32, operation: String) throws(SystemError) {
        var group = group
        // Sound: the pointer is to a local that outlives the call, with its own size.
        let result = unsafe setsockopt(
            descriptor,
            SOL_NETLINK,
            NETLINK_ADD_MEMBERSHIP,
            &group,
            socklen_t(MemoryLayout<UInt32>.size)
        )
        guard result == 0 else { throw SystemError(operation, code: errno) }
    }

    /// The sequence number for the next request.
    mutating func nextSequence() -> UInt32 {
        sequence &+= 1
        return sequence
    }

    /// Sends bytes that hold one or more whole messages.
    func send(_ bytes: [UInt8], operation: String) throws(NetlinkError) {
        guard let handle = unsafe handle else { throw NetlinkError(operation, .notCaptured) }
        let sent = unsafe bytes.withUnsafeBytes { pointer in
            // Sound: the kernel reads `count` bytes of a buffer that outlives the call.
            unsafe mnl_socket_sendto(handle, pointer.baseAddress, pointer.count)
        }
        guard sent == bytes.count else {
            throw NetlinkError(
                operation,
                .refused(code: sent < 0 ? errno : EMSGSIZE, message: nil, offset: nil)
            )
        }
    }

    /// Receives one datagram, which may hold several messages, and lends it to `body`.
    mutating func receive<Value>(
        operation: String,
        _ body: (Span<UInt8>) throws(NetlinkError) -> Value
    ) throws(NetlinkError) -> Value {
        guard let handle = unsafe handle else { throw NetlinkError(operation, .notCaptured) }
        var count = -1
        repeat {
            count = unsafe buffer.withUnsafeMutableBytes { pointer in
                // Sound: the kernel writes at most `count` bytes into a buffer that outlives the call.
                unsafe mnl_socket_recvfrom(handle, pointer.baseAddress, pointer.count)
            }
        } while count < 0 && errno == EINTR
        guard count >= 0 else {
            switch errno {
            case EAGAIN: throw NetlinkError(operation, .timedOut)
            case ENOSPC: throw NetlinkError(operation, .truncated)
            default: throw NetlinkError(operation, .refused(code: errno, message: nil, offset: nil))
            }
        }
        return try body(buffer.span.extracting(0..<count))
    }
}
