import Foundation
import NatAudit
import NetlinkBridge

extension EasyScene {
    /// Puts a translation in the place of the one that was there.
    ///
    /// What the table needs to know of the host is read from the host here, and no case says it: the UDP ports on which
    /// it listens, and where its destination NAT leads to.
    func load(_ design: Design, _ table: EasyTable = EasyTable()) throws {
        switch design {
        case .plain, .fullyRandom:
            let statement = design == .plain ? "masquerade" : "masquerade fully-random"
            let hook = "type nat hook postrouting priority srcnat - 10; policy accept;"
            try replace("table ip nataudit { chain translate { \(hook) oifname \(table.links) \(statement); }; }\n")
        case .easy:
            var table = table
            let forwards = try forwards()
            table.reserved.formUnion(try listening().union(forwards.map(\.port)))
            table.pinned.formUnion(forwards.map(\.target))
            try replace(table.text)
            if table.omitted != .deletion { try deleteUnsolicited() }
        }
    }

    private func replace(_ table: String) throws {
        try nat.require("nft", "-f", "-", input: "table ip nataudit {}\ndelete table ip nataudit\n" + table)
    }

    /// The ports of UDP sockets that hear strangers.
    private func listening() throws -> Set<UInt16> {
        let listeners = try nat.namespace.perform { try SocketTable.udpListeners() }
        return Set(listeners.filter { $0.local.port != 0 && $0.remote.port == 0 }.map(\.local.port))
    }

    /// The UDP ports that destination NAT takes from the outside, and where they lead to.
    private func forwards() throws -> [(port: UInt16, target: Endpoint)] {
        let listing = try nat.require("nft", "list", "ruleset")
        return listing.matches(of: /udp dport (\d+) dnat to ([\d.]+):(\d+)/).compactMap { match in
            guard let port = UInt16(match.1), let target = Endpoint("\(match.2):\(match.3)") else { return nil }
            return (port, target)
        }
    }

    /// Removes what strangers' packets left before there was a guard: it would hold a client's port.
    private func deleteUnsolicited() throws {
        _ = try nat.namespace.perform {
            let own = try Set(RouteReader.addresses().map(\.address))
            return try ConntrackTable.delete(
                ConntrackTable.entries(family: .ip, protocol: 17) {
                    own.contains($0.original.destination.address) && !$0.status.contains(.seenReply)
                }
            )
        }
    }
}
