import NetlinkBridge
import Testing

struct NamespaceTests {
    @Test func aSocketStaysInTheNamespaceInWhichItWasOpened() throws {
        let inside = try NetworkNamespace.make()
        let outside = try NetworkNamespace.current()
        #expect(inside.identity != outside.identity)
        let entered = try inside.perform { try NetworkNamespace.current().identity }
        #expect(entered == inside.identity)
        // A new namespace has its loopback down: binding to it works, sending does not.
        #expect(throws: SystemError.self) {
            try inside.perform {
                let socket = try UDPSocket(boundTo: Endpoint(address: .v4(0), port: 0))
                try socket.send([1], to: Endpoint(address: .v4(0x7F00_0001), port: 9))
            }
        }
    }
}
