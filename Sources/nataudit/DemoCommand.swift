internal import ArgumentParser
internal import NatAudit
internal import NetlinkBridge

/// `nataudit demo`: the whole story, on this kernel, without touching this host's network.
struct DemoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Shows a NAT go from hard to easy and back, in private network namespaces.",
        discussion: """
            Builds two clients, a NAT host that carries the AWS VPC CNI's rules, and three STUN server addresses in \
            network namespaces that vanish with the process. Needs root (or a user namespace: unshare -Urnm), ip and \
            iptables; no internet.

            Exit codes: 0 every step saw what it should, 1 one did not, 2 it could not be built.
            """
    )

    @OptionGroup var report: ReportOptions

    func run() throws {
        let stop = try StopSignal.onTermination()
        let folder = try privateFolder()
        defer { withExtendedLifetime(folder) {} }
        let demonstration = try Demonstration(stateFolder: folder.path) { stop.isRaised }
        let isGood: Bool
        switch report.format {
        case .text: isGood = try tell(demonstration)
        case .json: isGood = try collect(demonstration)
        }
        if !isGood { throw ExitCode(Outcome.finding.rawValue) }
    }

    /// Where the undo record lies: nobody else sees it, and nothing of it is left.
    private func privateFolder() throws -> PrivateFolder {
        do {
            return try PrivateFolder()
        } catch let error {
            guard error.isPermission else { throw error }
            Console.complain("\(error); run it as root, or by scripts/demo, which makes a user namespace")
            throw ExitCode(Outcome.unknown.rawValue)
        }
    }

    private func tell(_ demonstration: Demonstration) throws -> Bool {
        var text = ""
        var number = 0
        let isGood = try demonstration.run { step in
            number += 1
            let words = (number == 1 ? "" : "\n") + step.text(number: number, report.style)
            // Told step by step where somebody watches; a file is written whole.
            if report.output == nil { try report.write(words) } else { text += words }
        }
        let ending =
            isGood
            ? "\nNothing is left of it: the namespaces go with this process.\n"
            : "\nA step did not see what it should.\n"
        if report.output == nil { try report.write(ending) } else { try report.write(text + ending) }
        return isGood
    }

    private func collect(_ demonstration: Demonstration) throws -> Bool {
        var steps: [DemoStep] = []
        let isGood = try demonstration.run { steps.append($0) }
        try report.write(JSONText.encode(DemoReport(steps: steps, succeeded: isGood)))
        return isGood
    }
}
