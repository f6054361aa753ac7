import Glibc
import NatAudit
import NetlinkBridge
import Testing

/// The server, asked by coturn's client and by hand.
struct STUNServerTests {
    @Test func coturnsClientUnderstandsTheAnswer() throws {
        let loopback = try LoopbackHost()
        let server = try loopback.serve("127.0.0.2:3478", "127.0.0.3:5000")
        for (address, port) in [("127.0.0.2", "3478"), ("127.0.0.3", "5000")] {
            // coturn's client waits for ever where nothing answers; LabTool does not.
            let run = try LabTool.run(
                ["turnutils_stunclient", "-p", port, address],
                in: loopback.host.namespace
            )
            #expect(run.status == 0)
            #expect((run.output + run.errors).contains("UDP reflexive addr: 127.0.0.1:"), "\(run)")
        }
        server.stop()
    }

    @Test func whatIsNoRequestIsMetWithSilenceAndTheNextRequestIsAnswered() throws {
        let loopback = try LoopbackHost()
        let server = try loopback.serve("127.0.0.2:3478")
        let to = try #require(server.endpoints.first)
        let from = try loopback.host.namespace.perform {
            let socket = try UDPSocket(boundTo: Endpoint(address: .v4(0x7F00_0001), port: 0))
            let request: [UInt8] = [0, 1, 0, 0, 0x21, 0x12, 0xA4, 0x42] + Array(repeating: 9, count: 12)
            var response = request
            response[0] = 1
            for datagram in [[], [1], response, Array(repeating: 0, count: 60_000), request] {
                try socket.send(datagram, to: to)
            }
            var answers: [[UInt8]] = []
            while !(try waitUntilReadable([socket.number], for: .milliseconds(200))).isEmpty {
                if let (bytes, _) = try socket.receive() { answers.append(bytes) }
            }
            #expect(answers.count == 1)
            #expect(answers.first?.count == 32)
            return socket.local
        }
        #expect(from.port != 0)
        server.stop()
    }

    @Test func aStoppedServerLetsGoOfItsPort() throws {
        let loopback = try LoopbackHost()
        let first = try loopback.serve("127.0.0.2:3478")
        #expect(throws: SystemError.self) { try loopback.serve("127.0.0.2:3478") }
        first.stop()
        let second = try onceFree { try loopback.serve("127.0.0.2:3478") }
        second.stop()
        second.stop()
    }

    /// Clients that are gone leave ICMP errors on the server's socket, which must not cost the living an
    /// answer.
    @Test func clientsThatAreGoneCostNobodyAnAnswer() throws {
        let loopback = try LoopbackHost()
        let server = try loopback.serve("127.0.0.2:3478", "127.0.0.3:3478")
        let to = try #require(server.endpoints.first)
        try loopback.host.namespace.perform {
            let request: [UInt8] = [0, 1, 0, 0, 0x21, 0x12, 0xA4, 0x42] + Array(repeating: 9, count: 12)
            for _ in 0..<50 {
                let gone = try UDPSocket(boundTo: Endpoint(address: .v4(0x7F00_0001), port: 0))
                try gone.send(request, to: to)
            }
        }
        for _ in 0..<20 {
            let transcript = try #require(
                try loopback.probe("127.0.0.2", "127.0.0.3", schedule: LoopbackHost.patient).first
            )
            #expect(transcript.servers.allSatisfy { $0.answer?.roundTrip != nil })
        }
        server.stop()
    }

    /// Tries again while another test's child, which has just been forked and not yet executed its program,
    /// holds a copy of the socket that was closed here.
    private func onceFree<Value>(_ attempt: () throws -> Value) throws -> Value {
        let deadline = ContinuousClock.now + .seconds(10)
        while true {
            do {
                return try attempt()
            } catch let error as SystemError where error.code == EADDRINUSE && ContinuousClock.now < deadline {
                _ = try waitUntilReadable([], for: .milliseconds(10))
            }
        }
    }
}
