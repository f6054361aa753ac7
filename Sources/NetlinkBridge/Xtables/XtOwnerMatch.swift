internal import CShims

/// A test of the socket that sent the packet; without a socket it is true only where every test is inverted.
///
/// `xt_owner_match_info` in linux/netfilter/xt_owner.h.
public struct XtOwnerMatch: Hashable, Sendable {
    /// The tests that are made, or that are inverted.
    public struct Tests: OptionSet, Hashable, Sendable {
        /// The kernel's bits, XT_OWNER_*.
        public let rawValue: UInt8

        /// Makes a set from the kernel's bits.
        public init(rawValue: UInt8) { self.rawValue = rawValue }

        /// The socket's user.
        public static let user = Tests(rawValue: 1 << 0)
        /// The socket's group.
        public static let group = Tests(rawValue: 1 << 1)
        /// There is a socket.
        public static let socketExists = Tests(rawValue: 1 << 2)
        /// Not a test: supplementary groups count too.
        public static let supplementaryGroups = Tests(rawValue: 1 << 3)
    }

    /// Numbers from one to another, both included.
    public struct Identifiers: Hashable, Sendable {
        /// The lowest number.
        public let first: UInt32
        /// The highest number.
        public let last: UInt32

        var text: String { first == last ? "\(first)" : "\(first)-\(last)" }
    }

    /// The users, as the reader's user namespace numbers them.
    public let users: Identifiers
    /// The groups, as the reader's user namespace numbers them.
    public let groups: Identifiers
    /// The tests that are made.
    public let tests: Tests
    /// Which of them are inverted.
    public let inversions: Tests

    init(_ match: XtExtension) throws(DecodingError) {
        let structure = match.structure
        users = Identifiers(
            first: try structure.u32(NA_OWNER_UID_MIN),
            last: try structure.u32(NA_OWNER_UID_MAX)
        )
        groups = Identifiers(
            first: try structure.u32(NA_OWNER_GID_MIN),
            last: try structure.u32(NA_OWNER_GID_MAX)
        )
        tests = Tests(rawValue: try structure.u8(NA_OWNER_TESTS))
        inversions = Tests(rawValue: try structure.u8(NA_OWNER_INVERSIONS))
    }

    var options: String {
        let names: [(Tests, String)] = [
            (.socketExists, "--socket-exists"), (.user, "--uid-owner \(users.text)"),
            (.group, "--gid-owner \(groups.text)"), (.supplementaryGroups, "--suppl-groups"),
        ]
        return names.filter { tests.contains($0.0) }
            .map { iptablesOption($0.1, inverted: inversions.contains($0.0)) }.joined()
    }
}
