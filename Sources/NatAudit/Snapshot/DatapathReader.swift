internal import NetlinkBridge

/// Looks for what handles packets outside netfilter, interface by interface.
struct DatapathReader {
    /// So many places of filters are looked at beside those of the paths: on a node each pod has two.
    static let hookLimit = 64

    private let links: [Link]
    private let linksByIndex: [InterfaceIndex: Link]
    /// The interfaces of the paths, all of whose filters are looked at.
    private let ways: Set<InterfaceIndex>
    private var result = Datapaths()
    /// What was found already: thousands of filters of one kind do what one does.
    private var seen: Set<Datapath> = []

    private init(_ links: [Link], ways: Set<InterfaceIndex>) {
        self.links = links
        linksByIndex = Dictionary(links.map { ($0.index, $0) }) { first, _ in first }
        self.ways = ways
    }

    /// What there is at these interfaces; what cannot be read is a limit and no error.
    static func read(_ links: [Link], ways: Set<InterfaceIndex>) -> Datapaths {
        var reader = DatapathReader(links, ways: ways)
        reader.readLinks()
        reader.readFilters()
        reader.readPrograms()
        return reader.result
    }

    private mutating func add(_ link: Link, _ direction: Datapath.Direction, _ kind: Datapath.Kind, _ name: KernelName?)
    {
        let datapath = Datapath(
            interface: link.index,
            interfaceName: link.name,
            direction: direction,
            kind: kind,
            name: name
        )
        if seen.insert(datapath).inserted { result.found.append(datapath) }
    }

    /// What the links themselves say.
    private mutating func readLinks() {
        for link in links {
            if link.name.bytes.starts(with: "cilium_".utf8) { result.ciliumInterfaces.append(link.name) }
            if link.kind == "openvswitch" { add(link, .both, .openVSwitch, nil) }
            // The ports of a datapath belong to the link that stands for it.
            if let master = link.master.flatMap({ linksByIndex[$0] }), master.kind == "openvswitch" {
                add(link, .both, .openVSwitch, master.name)
            }
            if let program = link.xdpProgram { add(link, .inward, .xdpProgram, Self.name(program)) }
        }
    }

    private mutating func readFilters() {
        do {
            let places = try TrafficControlReader.disciplines().flatMap(\.places)
            let others = places.filter { !ways.contains($0.interface) }
            let wanted = places.filter { ways.contains($0.interface) } + others.prefix(Self.hookLimit)
            try TrafficControlReader.forEachFilter(at: wanted) { place, filter in
                // An interface that came meanwhile is not in the snapshot.
                guard let link = linksByIndex[place.interface] else { return }
                add(filter, at: link, place.hook == .ingress ? .inward : .outward)
            }
            if others.count > Self.hookLimit {
                let rest = others.count - Self.hookLimit
                result.limits.append("traffic filters at \(rest) more places beside the paths were not looked at")
            }
        } catch {
            result.limits.append("whether traffic control handles packets outside the rules is not known: \(error)")
        }
    }

    private mutating func add(_ filter: TrafficFilter, at link: Link, _ direction: Datapath.Direction) {
        if let program = filter.program {
            add(link, direction, .trafficControlProgram, program.name ?? program.id.flatMap(Self.name))
        }
        for action in filter.actions where Self.translating.contains(action) {
            add(link, direction, .trafficControlAction, action)
        }
    }

    /// The actions that may write addresses and ports, or give a packet to connection tracking, which does.
    ///
    /// Any other (`mirred` to a device that shapes, `police`, `skbedit`) leaves them as they are.
    private static let translating: Set<KernelName> = ["nat", "ct", "pedit", "bpf"]

    private mutating func readPrograms() {
        do {
            for link in links {
                for point in BPFPrograms.Point.allCases where point.isAt(link) {
                    for program in try BPFPrograms.programs(at: point, of: link.index) {
                        add(link, point.direction, point.kind, Self.name(program))
                    }
                }
            }
        } catch {
            result.hidesPrograms = true
            result.limits.append("whether BPF programs are attached by tcx or netkit is not known: \(error)")
        }
    }

    private static func name(_ program: UInt32) -> KernelName? { BPFPrograms.name(of: program) }
}

extension BPFPrograms.Point {
    fileprivate func isAt(_ link: Link) -> Bool {
        switch self {
        case .tcxIngress, .tcxEgress: true
        case .netkitPrimary, .netkitPeer: link.kind == "netkit"
        }
    }

    /// Which packets it sees; what leaves the container's end of a netkit pair comes in by the host's.
    fileprivate var direction: Datapath.Direction {
        switch self {
        case .tcxIngress, .netkitPeer: .inward
        case .tcxEgress, .netkitPrimary: .outward
        }
    }

    fileprivate var kind: Datapath.Kind {
        switch self {
        case .tcxIngress, .tcxEgress: .tcxProgram
        case .netkitPrimary, .netkitPeer: .netkitProgram
        }
    }
}
