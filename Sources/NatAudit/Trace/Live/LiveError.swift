public import NetlinkBridge

/// Why a packet could not be sent, or what became of it not be seen; nothing is left in the kernel but what it names.
public enum LiveError: Error, CustomStringConvertible {
    case flowExists(ConntrackEntry)
    case interfaceIsDown(KernelName)
    case rulesUnread(String)
    case tableRefused(NetlinkError)
    case cannotArrive(SystemError)
    case notSeen(SystemError?)
    case tooMuch
    case othersAreTraced
    case interrupted
    case rulesKeptChanging
    /// The packet is not the one that was shown, and why; not wanted any more.
    case changedWhileAsking(String)
    /// What ended the run, and what is left.
    case leftBehind(String, after: String)

    /// Why the run ended, of an error after the packet was sent, and what it left.
    static func leaving(_ left: String, after error: any Error) -> LiveError {
        if case LiveError.interrupted = error { return .leftBehind(left, after: "interrupted") }
        return .leftBehind(left, after: "\(error)")
    }

    /// Tells whether the user's consent does not hold for what would be sent now.
    public var isWithoutConsent: Bool { if case .changedWhileAsking = self { true } else { false } }

    /// One sentence: what was wrong, and what to do.
    public var description: String {
        switch self {
        case .flowExists(let entry):
            "conntrack already knows this flow (\(entry.original.source) to \(entry.original.destination)), so that "
                + "chains of type nat would not be met; nothing was sent: name another source port (--from)"
        case .interfaceIsDown(let name): "\(name) is down, so that nothing comes in by it; nothing was sent"
        case .rulesUnread(let reason): "\(reason); nothing was sent"
        case .tableRefused(let error):
            "the kernel refused the table that switches the trace on (it has to be Linux 5.12 with nf_tables): "
                + "\(error); nothing was sent"
        case .cannotArrive(let error) where error.isPermission:
            "\(error): that needs CAP_BPF and CAP_NET_ADMIN of the whole machine; nothing was sent"
        case .cannotArrive(let error):
            "\(error): a packet can be made to arrive since Linux 5.18, where bpf(2) is allowed; nothing was sent"
        case .notSeen(let error):
            "the packet was not seen at its first hook, so that no rule met it"
                + (error.map { ": \($0)" } ?? ": something before netfilter took it (XDP, tc, a netdev chain, a bridge)")
        case .tooMuch: "the packet meets more rules than can be followed"
        case .othersAreTraced:
            "so many packets of others are traced at the same time (meta nftrace set 1) that the own one could not be "
                + "followed to its end: switch that trace off while this one runs"
        case .changedWhileAsking(let words):
            "the host changed while the question was open: \(words); nothing was sent: run it again"
        case .leftBehind(let left, let reason): "\(reason); \(left)"
        case .interrupted: "interrupted: nothing is left in the kernel"
        case .rulesKeptChanging: "the rules kept changing while they were read; nothing was sent"
        }
    }
}
