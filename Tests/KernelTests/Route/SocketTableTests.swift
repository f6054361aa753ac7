import Foundation
import NetlinkBridge
import Testing

struct SocketTableTests {
    @Test func udpSocketsOfTheNamespaceAreListed() throws {
        let namespace = try NetworkNamespace.make()
        try NamespaceTool.run("ip link set lo up", in: namespace)
        try namespace.perform {
            #expect(try SocketTable.udpListeners() == [])
            let first = try UDPSocket(boundTo: Endpoint(address: .v4(0x7F00_0001), port: 3478))
            let second = try UDPSocket(boundTo: Endpoint(address: .v6(high: 0, low: 0), port: 51820))
            let listeners = try SocketTable.udpListeners()
            let inodes = try [first.number, second.number].map { number in
                try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(number)")
            }
            #expect(listeners.map(\.local) == [first.local, second.local])
            #expect(listeners.map(\.remote.description) == ["0.0.0.0:0", "[::]:0"])
            #expect(listeners.map { "socket:[\($0.inode)]" } == inodes)
            #expect(listeners.map(\.user) == [getuid(), getuid()])
            // UDPSocket leaves IPv4 alone on its IPv6 sockets.
            #expect(listeners.map(\.isV6Only) == [nil, true])
        }
    }
}
