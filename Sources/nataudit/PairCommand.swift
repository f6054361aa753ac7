internal import ArgumentParser
internal import NatAudit

/// `nataudit pair`: whether two hosts can connect directly.
struct PairCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pair",
        abstract: "Says from two reports whether two hosts connect directly, and if not, why.",
        discussion: """
            Sends nothing and reads nothing but the two files. Each is what scan wrote on a host, or where the NAT is not \
            yours, what tailscale wrote on a machine behind it; - is standard input.

              nataudit scan --format json --output a.json            # on one host
              tailscale netcheck --format=json > b.json              # on the other
              nataudit pair a.json b.json

            Two hosts connect when each sends to where STUN servers saw the other (hole punching). That works where both keep \
            one port for every destination. It fails where one draws its ports and the other lets in only what comes from \
            where it has sent to, where both draw them, and where a port changes because the other side sent first. The \
            verdict is:

              direct         they connect, and all that it depends on is known
              direct-likely  they connect, unless what was not tested is unusual
              conditional    it depends on what the reasons name
              relay          they do not: traffic goes over a relay (DERP, TURN)
              unknown        it cannot be told

            What would help is listed with what would come of it. The commands are of this program and not of the files.

            Exit codes: 0 direct or direct-likely, 1 relay, 2 conditional or unknown, or a file that cannot be read, 64 wrong \
            usage.
            """
    )

    @Argument(help: ArgumentHelp("The report of one host.", valueName: "a"), completion: .file())
    var first: String

    @Argument(help: ArgumentHelp("The report of the other.", valueName: "b"), completion: .file())
    var second: String

    @OptionGroup var report: ReportOptions

    func validate() throws {
        if first == "-", second == "-" {
            throw ValidationError("standard input holds one report: name a file for the other")
        }
    }

    func run() throws {
        let pair = PairReport(try PairSide(contentsOf: first), try PairSide(contentsOf: second))
        switch report.format {
        case .text: try report.write(pair.text(report.style, isVerbose: report.verbose))
        case .json: try report.write(JSONText.encode(pair))
        }
        switch pair.verdict {
        case .direct, .directLikely: return
        case .relay: try Outcome.finding.end()
        case .conditional, .unknown: try Outcome.unknown.end()
        }
    }
}
