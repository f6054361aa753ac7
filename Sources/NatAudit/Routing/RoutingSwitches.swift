internal import NetlinkBridge

/// The switches of IPv4's routing that `net.ipv4.conf.all` sets for every interface.
public struct RoutingSwitches: Hashable, Sendable {
    /// The values for all interfaces; a switch that could not be read is absent.
    private var ofAll: [Switch: UInt32] = [:]

    /// A switch by its number in linux/ip.h (IPV4_DEVCONF_*).
    enum Switch: Int, CaseIterable {
        case forwarding = 1
        case sendRedirects = 6
        case reversePathFilter = 8
        case acceptLocal = 23
        case sourceValidMark = 24
        case routeLocalnet = 26

        /// The last part of its name.
        var name: String {
            switch self {
            case .forwarding: "forwarding"
            case .sendRedirects: "send_redirects"
            case .reversePathFilter: "rp_filter"
            case .acceptLocal: "accept_local"
            case .sourceValidMark: "src_valid_mark"
            case .routeLocalnet: "route_localnet"
            }
        }
    }

    /// None that is known.
    public init() {}

    /// Reads them for the calling thread's network namespace.
    static func read() -> RoutingSwitches {
        var switches = RoutingSwitches()
        for item in Switch.allCases {
            if let text = try? Sysctl("net.ipv4.conf.all.\(item.name)").read() { switches.ofAll[item] = UInt32(text) }
        }
        return switches
    }

    /// What holds on an interface; nil where that could not be read.
    ///
    /// As include/linux/inetdevice.h has it: forwarding is the interface's own, of the filter the stricter counts, of the
    /// others either.
    func value(_ item: Switch, on link: Link) -> UInt32? {
        let index = item.rawValue - 1
        guard link.settings.indices.contains(index) else { return nil }
        let own = link.settings[index]
        if item == .forwarding { return own }
        guard let all = ofAll[item] else { return nil }
        return item == .reversePathFilter ? max(own, all) : own | all
    }
}
