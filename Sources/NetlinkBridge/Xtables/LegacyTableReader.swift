internal import CShims
internal import Glibc

/// Reads the tables of legacy iptables and ip6tables in the calling thread's network namespace.
///
/// Asking the kernel for a table makes the table exist, and a nat table that exists registers hooks. The list of the
/// tables that exist is therefore read first, from the thread's own namespace: `/proc/net` is that of the main thread.
public enum LegacyTableReader {
    /// How often a table that changes while it is read is read again.
    private static let attempts = 10

    /// The tables of a family that exist; none where legacy iptables was never used.
    ///
    /// - Throws: `SystemError` where the list cannot be read: it belongs to root of the user namespace that owns the
    ///   network namespace.
    public static func tableNames(family: AddressFamily) throws(SystemError) -> [KernelName] {
        let directory = "/proc/thread-self/net"
        // Without this file nothing could be told from a missing list, for instance where /proc is another's.
        _ = try ProcessFile.read(directory + "/dev")
        let path = directory + (family == .ip ? "/ip_tables_names" : "/ip6_tables_names")
        do {
            let bytes = try ProcessFile.read(path)
            return bytes.split(separator: UInt8(ascii: "\n")).map { KernelName(bytes: $0) }
        } catch  where error.code == ENOENT {
            // The module that makes the list is not loaded: there are no such tables.
            return []
        }
    }

    /// One table, decoded; nil where it does not exist, which reading does not change.
    ///
    /// - Throws: `SystemError` where the kernel refuses (CAP_NET_ADMIN is needed) or the table would not hold still,
    ///   `DecodingError` where its bytes are not a table.
    public static func read(table: KernelName = "nat", family: AddressFamily) throws -> LegacyTable? {
        guard let bytes = try readBytes(table: table, family: family) else { return nil }
        return try LegacyTable(decoding: bytes, family: family)
    }

    /// One table as the kernel hands it out, for `LegacyTable.init(decoding:family:)`; nil where it does not exist.
    ///
    /// - Throws: `SystemError` as `read(table:family:)` does.
    public static func readBytes(
        table: KernelName = "nat",
        family: AddressFamily
    ) throws(SystemError) -> [UInt8]? {
        guard try tableNames(family: family).contains(table) else { return nil }
        let tool = family == .ip ? "iptables" : "ip6tables"
        let operation = "read the legacy \(tool) table \(table) (CAP_NET_ADMIN is needed)"
        for _ in 0..<attempts {
            do throws(SystemError) {
                let before = try information(table, family, operation)
                let size = before[NA_GETINFO_TABLE_SIZE..<(NA_GETINFO_TABLE_SIZE + 4)]
                // Larger ones the kernel does not make; what a capture says is not believed.
                guard number(size) <= 1 << 28 else { throw SystemError(operation, code: EMSGSIZE) }
                var entries = question(table, count: NA_GET_ENTRIES_TABLE)
                entries.replaceSubrange(NA_GET_ENTRIES_COUNT..<(NA_GET_ENTRIES_COUNT + 4), with: size)
                let both = try SocketOption.ask(
                    IPT_SO_GET_ENTRIES,
                    entries,
                    room: NA_GET_ENTRIES_TABLE + number(size),
                    behind: before,
                    level(family),
                    operation
                )
                // The hooks' offsets stand in the information only: entries of another generation must not meet them.
                if try information(table, family, operation) == before { return both }
            } catch  where error.code == EAGAIN || error.code == EINTR {
                // The table has another size by now.
                continue
            }
        }
        throw SystemError(operation + ": it changed \(attempts) times while it was read", code: EAGAIN)
    }

    private static func information(
        _ table: KernelName,
        _ family: AddressFamily,
        _ operation: String
    ) throws(SystemError) -> [UInt8] {
        let answer = try SocketOption.ask(
            IPT_SO_GET_INFO,
            question(table, count: NA_GETINFO_SIZE),
            level(family),
            operation
        )
        guard answer.count == NA_GETINFO_SIZE else { throw SystemError(operation, code: EPROTO) }
        return answer
    }

    /// `count` bytes that begin with the table's name, cut to the room that both structures have for it.
    private static func question(_ table: KernelName, count: Int) -> [UInt8] {
        let name = table.bytes.prefix(NA_TABLE_NAME_SIZE - 1)
        return Array(name) + Array(repeating: 0, count: count - name.count)
    }

    /// The family of the socket that is asked.
    private static func level(_ family: AddressFamily) -> Int32 { family == .ip ? AF_INET : AF_INET6 }

    /// A number in native order.
    private static func number(_ bytes: ArraySlice<UInt8>) -> Int {
        let bigEndian = bytes.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        return Int(bigEndian.bigEndian)
    }
}
