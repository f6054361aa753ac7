internal import NetlinkBridge

extension [Link] {
    /// The devices through which a packet leaves that a route sends out by an interface: the interface, what it is built
    /// upon (a VLAN's lower device, the ports of a bridge or bond), and what it belongs to (a VRF).
    func devices(of interface: InterfaceIndex) -> Set<InterfaceIndex> {
        var found: Set<InterfaceIndex> = [interface]
        var waiting = [interface]
        let link = { (index: InterfaceIndex) in first { $0.index == index } }
        while let next = waiting.popLast() {
            let ports = filter { $0.master == next }.map(\.index)
            // The index of a link in another namespace means another one here.
            let lower = link(next).flatMap { $0.lowerNamespace == nil && $0.kind != "veth" ? $0.lower : nil }
            for device in ports + [lower].compactMap(\.self) where found.insert(device).inserted {
                waiting.append(device)
            }
        }
        if let master = link(interface)?.master { found.insert(master) }
        return found
    }
}

extension HostSnapshot {
    /// The devices through which a packet leaves that a route sends out by an interface.
    func devices(of interface: InterfaceIndex) -> Set<InterfaceIndex> { links.devices(of: interface) }

    /// What handles packets that leave by an interface outside netfilter.
    ///
    /// What sees them on their way out comes first: it says more than what sees the answers.
    func datapaths(on interface: InterfaceIndex) -> [Datapath] {
        if datapaths.found.isEmpty { return [] }
        let devices = devices(of: interface)
        let there = datapaths.found.filter { devices.contains($0.interface) }
        return there.filter { $0.direction != .inward } + there.filter { $0.direction == .inward }
    }
}
