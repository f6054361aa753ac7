import NatAudit
import NetlinkBridge
import Testing

/// Ways that are worked out from rules and routes, against the kernel that has these rules and routes.
struct RoutingPolicyTests {
    private struct Tally {
        var questions = 0
        var silent = 0
        var differences: [String] = []

        static func + (left: Tally, right: Tally) -> Tally {
            Tally(
                questions: left.questions + right.questions,
                silent: left.silent + right.silent,
                differences: left.differences + right.differences
            )
        }
    }

    @Test(arguments: AddressFamily.allCases) func answersAreTheKernels(_ family: AddressFamily)
        async throws
    {
        let tally = try await inTurn {
            try (UInt64(1)...40).map { try Self.tally(seed: $0, family) }.reduce(Tally(), +)
        }
        #expect(tally.questions == 1200)
        #expect(tally.differences.count == 0, "\(tally.differences.prefix(3).joined(separator: "\n"))")
        // Silence is right, and has to stay rare.
        #expect(
            tally.silent * 20 < tally.questions,
            "\(tally.silent) of \(tally.questions) are not answered"
        )
    }

    private static func tally(seed: UInt64, _ family: AddressFamily) throws -> Tally {
        var drawn = RandomRouting(seed: seed, family: family)
        let questions = (0..<30).map { _ in drawn.question() }
        let routing = drawn
        let namespace = try NetworkNamespace.make()
        // What contradicts what is there already is left out, by `ip` as by the kernel.
        _ = try LabTool.run(
            ["ip", "-force", family == .ip ? "-4" : "-6", "-batch", "-"],
            in: namespace,
            input: routing.lines.joined(separator: "\n") + "\n"
        )
        return try namespace.perform {
            for item in routing.switches { try Sysctl(item.name).write(item.value) }
            // IPv6 makes the routes to its addresses a moment after the addresses.
            for _ in 0..<20 {
                let before = try RouteReader.routes(family: family)
                let tally = try tally(
                    questions,
                    "seed \(seed) \(routing.lines.joined(separator: "; ")) \(routing.switches)"
                )
                if try RouteReader.routes(family: family) == before { return tally }
            }
            throw NetlinkError("compare ways while the routes hold still", .interrupted)
        }
    }

    /// Compares the answers to questions in the calling thread's namespace.
    private static func tally(_ questions: [RandomRouting.Question], _ setting: String) throws
        -> Tally
    {
        let snapshot = try SnapshotReader.read(namespace: "test")
        let policy = snapshot.routing
        var tally = Tally()
        for question in questions {
            let query = RouteQuery(
                to: try #require(IPAddress(question.to)),
                from: question.from.flatMap { IPAddress($0) },
                mark: question.mark,
                inInterface: snapshot.links.first { "\($0.name)" == question.by }?.index
            )
            let wanted = try RouteReader.lookup(
                destination: query.destination,
                source: query.source,
                mark: query.mark,
                inInterface: query.inInterface
            )
            tally.questions += 1
            guard let answer = policy.answer(query) else {
                tally.silent += 1
                continue
            }
            let isSame = Self.words(answer, like: wanted) == Self.words(wanted, like: answer)
            if isSame { continue }
            tally.differences.append(
                "\(question): \(Self.words(answer, like: wanted)) instead of \(Self.words(wanted, like: answer)): \(setting)"
            )
        }
        return tally
    }

    /// What has to be equal: the kind, the interface and the gateway, or the refusal; and the source, where both name one.
    private static func words(_ answer: RouteAnswer, like other: RouteAnswer) -> String {
        guard case .found(let route) = answer else { return "\(answer)" }
        var words = "\(route.kind)"
        if route.kind != .local, route.kind != .anycast {
            words +=
                " \(route.gateway.map { "\($0)" } ?? "on the link") \(route.outInterface.map { "\($0)" } ?? "?")"
        }
        if case .found(let twin) = other, twin.preferredSource != nil,
            let source = route.preferredSource
        {
            words += " from \(source)"
        }
        return words
    }
}
