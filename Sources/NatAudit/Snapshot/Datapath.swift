public import NetlinkBridge

/// Something at an interface that may translate, redirect or drop packets without any rule of netfilter saying so.
public struct Datapath: Hashable, Sendable {
    /// The interface.
    public let interface: InterfaceIndex
    /// The interface's name.
    public let interfaceName: KernelName
    /// Which packets of the interface it sees.
    public let direction: Direction
    /// What it is.
    public let kind: Kind
    /// The name of the program, or the kind of the action; nil where there is none, or it could not be asked for.
    public let name: KernelName?

    /// Which packets of an interface are seen.
    public enum Direction: String, Hashable, Sendable {
        /// What comes in, before netfilter.
        case inward = "in"
        /// What goes out, after netfilter.
        case outward = "out"
        /// All that passes it.
        case both = "in and out"
    }

    /// What handles packets outside netfilter.
    public enum Kind: String, Hashable, Sendable {
        /// A BPF program that is a filter of traffic control.
        case trafficControlProgram = "BPF program (tc)"
        /// A BPF program attached by tcx.
        case tcxProgram = "BPF program (tcx)"
        /// A BPF program at a netkit pair.
        case netkitProgram = "BPF program (netkit)"
        /// A BPF program at the driver (XDP).
        case xdpProgram = "BPF program (XDP)"
        /// An action of a traffic control filter that may translate.
        case trafficControlAction = "tc action"
        /// A datapath of Open vSwitch.
        case openVSwitch = "Open vSwitch datapath"

        /// The words with their article.
        public var phrase: String { self == .openVSwitch ? "an \(rawValue)" : "a \(rawValue)" }
    }

    /// Whose program it is, told by its name; nil where nothing tells.
    public var owner: String? {
        guard let name else { return nil }
        let words = "\(name)"
        // Cilium named its programs by their object files before 1.12 (bpf_host.o, bpf_netdev_eth0.o, bpf_lxc.o ...).
        let isCilium = words.hasPrefix("cil_") || Self.ciliumObjects.contains { words.hasPrefix($0) }
        if isCilium { return "Cilium" }
        return words.hasPrefix("cali_") || words.hasPrefix("calico_") ? "Calico" : nil
    }

    private static let ciliumObjects = ["bpf_host", "bpf_netdev", "bpf_lxc", "bpf_overlay", "bpf_xdp"]

    /// What it is and where, in a few words.
    public var words: String { kind.rawValue + rest(others: 0) }

    /// The same with an article, for the middle of a sentence.
    public var phrase: String { kind.phrase + rest(others: 0) }

    private func rest(others: Int) -> String {
        let named = name.map { " \($0)" } ?? ""
        let owned = owner.map { " of \($0)" } ?? ""
        let more = others == 0 ? "" : " and \(others) more interface\(others == 1 ? "" : "s")"
        return "\(named)\(owned) on \(interfaceName)\(more) (\(direction.rawValue))"
    }

    /// The words of each, those that differ by the interface alone in one line: every pod of a node has the same.
    static func lines(_ datapaths: [Datapath]) -> [String] {
        var first: [[String]: Int] = [:]
        var groups: [(datapath: Datapath, count: Int)] = []
        for datapath in datapaths {
            let key = [datapath.kind.rawValue, datapath.name.map { "\($0)" } ?? "", datapath.direction.rawValue]
            if let index = first[key] {
                groups[index].count += 1
            } else {
                first[key] = groups.count
                groups.append((datapath, 1))
            }
        }
        return groups.map { $0.datapath.kind.rawValue + $0.datapath.rest(others: $0.count - 1) }
    }
}

/// The datapaths of a host, and what of them could not be looked at.
public struct Datapaths: Hashable, Sendable {
    /// What was found; a program that hangs at one place several times is there once.
    public internal(set) var found: [Datapath] = []
    /// What could not be looked at and why, a sentence each.
    public internal(set) var limits: [String] = []
    /// Tells whether BPF programs may be there that could not be asked for.
    public internal(set) var hidesPrograms = false
    /// Interfaces that Cilium makes for itself: where they are, its programs are somewhere.
    public internal(set) var ciliumInterfaces: [KernelName] = []
}
