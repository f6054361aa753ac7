internal import NetlinkBridge

/// Looks for an address of a subnet that no host holds, by asking for it as the kernel asks before it sends.
struct FreeAddress {
    let subnet: Prefix
    let link: InterfaceIndex
    /// The addresses that are not asked for, such as the host's own.
    let taken: Set<IPAddress>
    /// Tells that nobody waits for it any more.
    let isInterrupted: @Sendable () -> Bool

    /// How many are asked for at once, from the end of the subnet, where those given out by hand and by DHCP seldom lie.
    private static let candidates = 4
    /// Linux asks three times, a second apart (net.ipv4.neigh.*.mcast_solicit), and then says that nobody is there.
    private static let patience: Duration = .seconds(5)

    /// The address; nil where all that were asked for are held, or the link is not one on which hosts are asked for.
    func find() throws -> IPAddress? {
        let known = try RouteReader.neighbours(subnet.address.family, on: link)
        let held = taken.union(known.filter { $0.state == .known }.map(\.address))
        let candidates = fromTheEnd.filter { !held.contains($0) }.prefix(Self.candidates)
        for address in candidates { try RouteWriter.ask(for: address, on: link) }
        // What was asked for stays in the kernel's table for a while, where nobody wrote it before.
        defer { for address in candidates { try? RouteWriter.forget(address, on: link) } }
        let deadline = ContinuousClock.now + Self.patience
        while ContinuousClock.now < deadline {
            let states = try RouteReader.neighbours(subnet.address.family, on: link)
            if let free = candidates.first(where: { address in
                states.contains { $0.address == address && $0.state == .absent }
            }) {
                return free
            }
            let isOpen = candidates.contains { address in
                states.contains { $0.address == address && $0.state == .asked }
            }
            guard isOpen else { return nil }
            _ = try waitUntilReadable([], for: .milliseconds(20))
            if isInterrupted() { throw ProbeError.interrupted }
        }
        return nil
    }

    /// The addresses that hosts may have, the last ones first; the first and the last of an IPv4 subnet are none.
    private var fromTheEnd: [IPAddress] {
        guard subnet.length <= subnet.address.bitWidth - 2 else { return [] }
        let end = Prefix(subnet.last, length: max(subnet.length, subnet.address.bitWidth - 6))
        var addresses: [IPAddress] = []
        var next = end?.address
        while let address = next, addresses.count < 64 {
            if address != subnet.address, address != subnet.last { addresses.append(address) }
            next = address == subnet.last ? nil : address.successor
        }
        return addresses.reversed()
    }
}
