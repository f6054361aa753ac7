internal import ArgumentParser
internal import NatAudit
internal import NetlinkBridge

/// The command `nataudit serve` answers STUN.
struct ServeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Answers STUN over UDP (RFC 8489, and RFC 5780 with two addresses).",
        discussion: """
            With one address it tells clients where it sees them. With two of one family and one port it is a server \
            for NAT behaviour discovery (RFC 5780): it listens on both with a second port too, tells each client its \
            other address, and answers from there when asked, so that clients learn how a NAT maps and filters. IPv4 \
            and IPv6 are served side by side, each for itself.

              nataudit serve --listen 192.0.2.1 --listen 192.0.2.2
              nataudit serve --listen 10.0.1.10 --public-address 10.0.1.10=203.0.113.10 \\
                             --listen 10.0.1.11 --public-address 10.0.1.11=203.0.113.11

            An answer over IPv4 has at most 1.6 times the bytes of its request with one address and 3.4 times with two \
            (over IPv6 2.2 and 5.8); --strict answers with no more than came. Of who asks nothing is kept but how much \
            a neighbourhood had, in a table that never grows. SIGINT and SIGTERM end it with exit code 0, and with what it did.
            """
    )

    @Option(
        help: ArgumentHelp(
            "An address of this host to answer on; repeatable. Port 3478 where none is given.",
            valueName: "address[:port]"
        )
    )
    var listen: [ListenAddress] = []

    @Option(
        help: ArgumentHelp(
            "The second port of two addresses; 0 for none, and so no RFC 5780. One above the first where it is not given: "
                + "3479 beside 3478.",
            valueName: "port"
        )
    )
    var alternatePort: UInt16?

    @Option(
        help: ArgumentHelp(
            "What clients know an address by that is translated one to one before this host, as by a cloud; repeatable.",
            valueName: "address=public"
        )
    )
    var publicAddress: [PublicAddress] = []

    @Option(
        help: ArgumentHelp(
            "Answers a second at most to one /24 (IPv6: /56), five seconds' worth of them at once; 0 for no limit. What is "
                + "over it is met with silence, and told in one line in ten seconds.",
            valueName: "number"
        )
    )
    var limit = 1000

    @Flag(help: "Answer with no more bytes than came; who asks in fewer, as nataudit stun does, is met with silence.")
    var strict = false

    @Flag(help: "Obey RESPONSE-PORT: answer to another port of the sender's address where it asks for that.")
    var allowResponsePort = false

    @Option(help: ArgumentHelp("End after this time.", valueName: "seconds"))
    var duration: Double?

    @OptionGroup var namespace: NamespaceOption

    func validate() throws {
        guard !listen.isEmpty else {
            throw ValidationError("--listen ADDRESS[:PORT] is needed at least once")
        }
        _ = try layout()
        if !(0...1_000_000_000).contains(limit) {
            throw ValidationError("--limit takes 1 to 1000000000 answers a second, or 0 for no limit")
        }
        if let duration, !(duration > 0 && duration <= 1e9) {
            throw ValidationError("--duration takes more than 0 and at most 1000000000 seconds")
        }
    }

    func run() throws {
        let stop = try StopSignal.onTermination()
        try namespace.enter()
        let layout = try layout()
        let server = try STUNServer(
            layout,
            policy: STUNServerPolicy(isStrict: strict, obeysResponsePort: allowResponsePort),
            limit: limit == 0 ? nil : limit
        )
        let console = Console(isVerbose: false)
        for endpoint in server.endpoints { console.say("answering STUN on \(endpoint)") }
        if listen.count > 1, layout.discovery.isEmpty {
            console.say("each by itself: for NAT behaviour discovery (RFC 5780) name two addresses with one port")
        }
        let tally = try server.run(until: stop, for: duration.map { .seconds($0) }) { window in
            console.say(window.words(limit: limit))
        }
        console.say(
            "ended: \(tally.answered) answered, \(tally.ignored) ignored, \(tally.limited) over the limit, "
                + "\(tally.refused) answers could not be sent"
        )
    }

    /// Where to listen; an error is wrong usage.
    private func layout() throws -> STUNServerLayout {
        let alternate: STUNServerLayout.AlternatePort =
            switch alternatePort {
            case nil: .next
            case 0: .none
            case .some(let port): .port(port)
            }
        var publicAddresses: [IPAddress: IPAddress] = [:]
        for address in publicAddress where publicAddresses.updateValue(address.known, forKey: address.own) != nil {
            throw ValidationError("--public-address names \(address.own) twice")
        }
        do {
            return try STUNServerLayout(
                listeningOn: listen.map(\.endpoint),
                alternate: alternate,
                publicAddresses: publicAddresses
            )
        } catch {
            throw ValidationError("\(error)")
        }
    }
}
