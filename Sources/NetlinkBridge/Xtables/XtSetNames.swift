internal import CShims
internal import Glibc

/// Finds out the names of ipsets whose index a `set` match holds.
public enum XtSetNames {
    /// The names of those of the indexes that a set of the calling thread's network namespace has.
    ///
    /// The index of a set that was destroyed since is left out.
    ///
    /// - Throws: `SystemError` where the kernel refuses (CAP_NET_ADMIN is needed).
    public static func read(_ indexes: some Sequence<UInt16>) throws(SystemError) -> [UInt16: KernelName] {
        var names: [UInt16: KernelName] = [:]
        for index in indexes {
            if let name = try name(ofIndex: index) { names[index] = name }
        }
        return names
    }

    /// IP_SET_OP_GET_BYINDEX of linux/netfilter/ipset/ip_set.h; nil where no set has the index.
    private static func name(ofIndex index: UInt16) throws(SystemError) -> KernelName? {
        var request = [UInt8](repeating: 0, count: NA_SET_REQUEST_SIZE)
        request.put(UInt32(NA_SET_BY_INDEX), at: NA_SET_REQUEST_OPERATION)
        request.put(UInt32(NA_SET_PROTOCOL), at: NA_SET_REQUEST_VERSION)
        request.put(index, at: NA_SET_REQUEST_INDEX)
        // Sets have one list for both families, and answer on an IPv4 socket.
        let operation = "ask for the name of ipset number \(index) (CAP_NET_ADMIN is needed)"
        let answer = try SocketOption.ask(Int32(NA_SET_OPTION), request, AF_INET, operation)
        let end = NA_SET_REQUEST_NAME + NA_SET_NAME_LENGTH
        guard answer.count >= end else { throw SystemError(operation, code: EPROTO) }
        let name = KernelName(bytes: answer[NA_SET_REQUEST_NAME..<end])
        return name.isEmpty ? nil : name
    }
}

extension [UInt8] {
    /// Writes a number in native order over the bytes at `offset`, which have to be there.
    fileprivate mutating func put<Number: FixedWidthInteger>(_ number: Number, at offset: Int) {
        for index in 0..<(Number.bitWidth / 8) {
            self[offset + index] = UInt8(truncatingIfNeeded: number.littleEndian >> (8 * index))
        }
    }
}
