internal import CShims
internal import Glibc

/// Reads ipsets through a netlink socket of the calling thread's namespace.
public struct IPSetReader: ~Copyable {
    private var socket: NetlinkSocket
    /// How many more elements are kept: a set that has more is not read whole.
    private var room: Int

    /// How many elements are kept of all sets together; each takes about 120 bytes.
    public static let maximumElements = 262_144

    /// Reads the sets of these names by their index; `changed` are the indexes of those that rules change.
    public static func read(_ names: [UInt16: KernelName], changedByRules changed: Set<UInt16>) throws
        -> [UInt16: IPSet]
    {
        guard !names.isEmpty else { return [:] }
        var reader = try IPSetReader()
        // The members of a list have indexes of their own, which only their names lead to.
        let changedNames = Set(try XtSetNames.read(changed).values)
        var sets = try reader.sets(names.values)
        for name in sets.keys { sets[name]?.mark(changedNames) }
        return names.compactMapValues { sets[$0] }
    }

    /// Opens the socket.
    public init(maximumElements: Int = maximumElements) throws(SystemError) {
        socket = try NetlinkSocket(.netfilter)
        room = maximumElements
    }

    /// Reads the sets of these names, and the members of those that are lists.
    ///
    /// A set that is gone, or that cannot be decoded, is left out; what it holds is then not known.
    /// - Throws: `NetlinkError` where the kernel refuses otherwise (CAP_NET_ADMIN is needed).
    public mutating func sets(_ names: some Sequence<KernelName>) throws(NetlinkError) -> [KernelName: IPSet] {
        var sets: [KernelName: IPSet] = [:]
        for name in names {
            guard sets[name] == nil, var set = try set(name) else { continue }
            // A list holds no lists, so that this ends.
            for member in set.elements.compactMap(\.member) {
                var inner = sets[member]
                if inner == nil { inner = try self.set(member) }
                if let inner { set.members.append(inner) } else { set.isWhole = false }
            }
            sets[name] = set
        }
        return sets
    }

    private mutating func set(_ name: KernelName) throws(NetlinkError) -> IPSet? {
        do throws(NetlinkError) {
            return try read(name)
        } catch {
            if case .malformed = error.reason { return nil }
            // IPSET_CMD_LIST answers ENOENT for a set that is gone.
            if error.code == ENOENT { return nil }
            throw error
        }
    }

    private mutating func read(_ name: KernelName) throws(NetlinkError) -> IPSet? {
        var request = NetlinkRequest(
            subsystem: NFNL_SUBSYS_IPSET,
            message: UInt32(IPSET_CMD_LIST.rawValue),
            flags: NLM_F_DUMP,
            family: 0
        )
        request.append(UInt32(IPSET_ATTR_PROTOCOL), [UInt8(NA_SET_LISTING_PROTOCOL)])
        request.append(UInt32(IPSET_ATTR_SETNAME), name: name)
        var set: IPSet?
        var room = self.room
        try socket.exchange(request, operation: "read the ipset \(name)") { (_, payload) throws(DecodingError) in
            let message = try IPSetMessage(decoding: payload)
            // The kernel answers for the set that was asked for only.
            guard message.name == name else { return }
            if set == nil { set = message.head }
            guard set != nil else { return }
            let kept = message.elements.prefix(max(0, room))
            room -= kept.count
            set?.elements += kept
            if kept.count < message.elements.count { set?.isWhole = false }
        }
        self.room = room
        return set
    }
}
