import Glibc
import NatAudit
import NetlinkBridge
import Testing

/// `nataudit serve` as a service manager and a client meet it.
struct ServeCommandTests {
    private static func request(_ number: Int) -> [UInt8] {
        STUNMessage(
            STUNMessageType(.binding, .request),
            transaction: TransactionID(high: 0, low: UInt64(number))
        ).encoded()
    }

    /// Starts the server on a host and waits until it listens.
    private static func serve(_ host: LabHost, _ arguments: String, lines: Int) throws -> ChildProcess {
        let child = try LabTool.start(
            [Program.path, "serve"] + arguments.split(separator: " ").map(String.init),
            in: host.namespace
        )
        try child.waitForErrors(lines: lines)
        return child
    }

    @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
    func aSignalEndsItWithItsTally(_ signal: Int32) async throws {
        try await inTurn {
            let host = try LabHost()
            let child = try LabTool.start(
                ["timeout", "--preserve-status", "--signal=\(signal)", "1.5"]
                    + [Program.path, "serve", "--listen", "127.0.0.2"],
                in: host.namespace
            )
            try child.waitForErrors(lines: 1)
            let client = try host.socket(.v4(0x7F00_0001), port: 0)
            let server = Endpoint(address: .v4(0x7F00_0002), port: 3478)
            try client.send(Self.request(1), to: server)
            #expect(try client.receive(within: .seconds(2)) != nil)
            try client.send([1, 2, 3], to: server)
            #expect(try child.status(within: .seconds(10)) == 0)
            let said = String(decoding: try child.errors(), as: UTF8.self)
            #expect(
                said == """
                    answering STUN on 127.0.0.2:3478
                    ended: 1 answered, 1 ignored, 0 over the limit, 0 answers could not be sent

                    """
            )
        }
    }

    /// Five seconds' worth of answers at once, then silence; another neighbourhood is served all the while, and there is one
    /// line about it.
    @Test func whoAsksTooMuchIsMetWithSilenceAndTheLogWithOneLine() async throws {
        try await inTurn {
            let host = try LabHost()
            let child = try Self.serve(host, "--listen 127.0.0.2 --limit 2 --duration 11.5", lines: 1)
            let server = Endpoint(address: .v4(0x7F00_0002), port: 3478)
            let flooding = try [0x7F00_0101, 0x7F00_01FE].map { try host.socket(.v4($0), port: 0) }
            for number in 0..<200 { try flooding[number % 2].send(Self.request(number), to: server) }
            let bystander = try host.socket(.v4(0x7F00_0201), port: 0)
            try bystander.send(Self.request(0), to: server)
            #expect(try bystander.receive(within: .seconds(2)) != nil)
            var answers = 0
            for socket in flooding { while try socket.receive(within: .milliseconds(50)) != nil { answers += 1 } }
            // Ten at once, and what a slow machine's time adds.
            #expect((10...14).contains(answers))
            #expect(try child.status(within: .seconds(20)) == 0)
            let said = String(decoding: try child.errors(), as: UTF8.self).split(separator: "\n")
            #expect(said.count == 3, "\(said)")
            let dropped = 200 - answers
            #expect(
                said.dropFirst().first == """
                    not answered: \(dropped) requests within 10 s, over the limit of 2 a second, among them many from \
                    127.0.1.0/24
                    """
            )
            #expect(
                said.last?.hasPrefix("ended: \(answers + 1) answered, 0 ignored, \(dropped) over the limit, ") == true
            )
        }
    }

    /// The options as a user gives them: the four endpoints, what clients are told behind a one-to-one translation, and a
    /// strict server's silence.
    @Test func theOptionsReachTheServer() async throws {
        try await inTurn {
            let host = try LabHost()
            let child = try Self.serve(
                host,
                "--listen 127.0.0.2 --listen 127.0.0.3 --listen [::1]:5000 --public-address 127.0.0.3=192.0.2.3 "
                    + "--alternate-port 53 --allow-response-port",
                lines: 5
            )
            let said = String(decoding: try child.errors(), as: UTF8.self)
            let endpoints = ["127.0.0.2:3478", "127.0.0.2:53", "127.0.0.3:3478", "127.0.0.3:53", "[::1]:5000"]
            #expect(said == endpoints.map { "answering STUN on \($0)\n" }.joined())
            let client = try host.socket(.v4(0x7F00_0001), port: 0)
            let other = try host.socket(.v4(0x7F00_0001), port: 0)
            let request = STUNMessage(
                STUNMessageType(.binding, .request),
                transaction: TransactionID(high: 0, low: 1),
                attributes: [STUNAttribute([.address, .port]), STUNAttribute(responsePort: other.local.port)]
            )
            try client.send(request.encoded(), to: Endpoint(address: .v4(0x7F00_0002), port: 3478))
            let (bytes, source) = try #require(try other.receive(within: .seconds(2)))
            #expect("\(source)" == "127.0.0.3:53")
            let message = try STUNMessage(decoding: bytes)
            #expect(message.endpoint(.otherAddress) == Endpoint("192.0.2.3:53"))
            #expect(try message.mappedEndpoint() == client.local)
            child.end()
            let strict = try Self.serve(host, "--listen 127.0.0.4 --strict --duration 1", lines: 1)
            try client.send(Self.request(2), to: Endpoint(address: .v4(0x7F00_0004), port: 3478))
            #expect(try client.receive(within: .milliseconds(500)) == nil)
            #expect(try strict.status(within: .seconds(10)) == 0)
        }
    }

    @Test func aSecondPortThatIsTakenIsNamedWithAWayOut() throws {
        let host = try LabHost()
        let holder = try host.socket(.v4(0x7F00_0003), port: 3479)
        let run = try Program.run(["serve", "--listen", "127.0.0.2", "--listen", "127.0.0.3"], in: host.namespace)
        #expect(run.status == 2)
        #expect(
            run.errors == """
                nataudit: could not bind a UDP socket to 127.0.0.3:3479: address already in use (EADDRINUSE): two addresses are \
                served on a second port too; --alternate-port takes another one, or 0 for none

                """
        )
        withExtendedLifetime(holder) {}
    }

    @Test(arguments: [
        "--alternate-port 53", "--alternate-port 65536", "--limit -1", "--limit 1000000001", "--duration 0",
        "--public-address 127.0.0.2=192.0.2.1", "--public-address 127.0.0.2", "--public-address a=b",
        "--listen 127.0.0.3 --alternate-port 3478",
        "--listen 127.0.0.3 --public-address 127.0.0.2=192.0.2.1 --public-address 127.0.0.2=192.0.2.2",
    ])
    func whatMakesNoSenseIsWrongUsage(_ options: String) throws {
        let arguments = ["serve", "--listen", "127.0.0.2"] + options.split(separator: " ").map(String.init)
        let run = try Program.run(arguments, in: try LabHost().namespace)
        #expect(run.status == 64)
        #expect(run.output.isEmpty)
        #expect(run.errors.hasPrefix("Error: "))
    }
}
