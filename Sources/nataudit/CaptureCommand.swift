internal import ArgumentParser
internal import FoundationEssentials
internal import NatAudit
internal import NetlinkBridge

/// `nataudit capture`: saves what a scan reads.
struct CaptureCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "capture",
        abstract: "Saves the state that a scan reads into one file.",
        discussion: """
            Changes nothing and sends nothing. The file holds what the kernel answered: rules, sets, interfaces, \
            addresses, routes and the host's name; scan takes it with --capture, on another machine and without privilege. \
            It is readable for its owner alone, for it shows how the host is built.

            What cannot be read without CAP_NET_ADMIN is missing in it, and a scan of it says so.

            --redact puts stand-ins in the place of addresses (IPv4, IPv6, link layer), comments and the host's name, in the \
            kernel's answers themselves: prefixes keep what is in them, ranges their order, and what is not known to be \
            harmless is blanked. A scan of the result has to come to the same as one of the host, else nothing is saved. \
            Names of interfaces, tables, chains and sets stay, without the addresses in them; so do ports and marks.

            Exit codes: 0 it was saved, 2 it could not be, or not be redacted, 64 wrong usage.
            """
    )

    @Option(
        help: ArgumentHelp("Write the capture to a file, which is replaced at once.", valueName: "file")
    )
    var output: String?

    @Flag(help: "Replace addresses, comments and the host's name, so that the capture can be shown to others.")
    var redact = false

    @OptionGroup var namespace: NamespaceOption

    func validate() throws { try requireFile(output) }

    func run() throws {
        if output == nil, StandardStream.output.isTerminal {
            throw ValidationError("a capture is no text: name a file with --output, or lead standard output elsewhere")
        }
        try namespace.enter()
        var capture = try Capture.take(namespace: namespace.name, time: Date.now.ISO8601Format())
        if redact { capture = try capture.redacted() }
        if let output {
            try writeFile(capture.bytes, path: output, mode: 0o600)
        } else {
            try StandardStream.output.write(capture.bytes)
        }
    }
}
