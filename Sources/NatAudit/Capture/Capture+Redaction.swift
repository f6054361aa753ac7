internal import NetlinkBridge

extension Capture {
    /// The same state without what would tell whose host it is: addresses of all kinds, comments, the host's name.
    ///
    /// The kernel's answers are rewritten field by field; what is not known to be harmless is blanked. Whether that left the
    /// host what it is, is looked at: a scan of the result has to come to the same.
    /// - Throws: `CaptureRedactionError` where it does not, and as `snapshot` does.
    public func redacted() throws -> Capture {
        var mentions = LogMentions()
        let rewritten: KernelLog
        do throws(NetlinkBridge.DecodingError) {
            _ = try log.rewritten(by: &mentions)
            var standIns = LogStandIns(mentions)
            rewritten = try log.rewritten(by: &standIns)
        } catch {
            throw CaptureRedactionError(reason: "an answer of the kernel is not understood: no \(error)")
        }
        let result = Capture(
            namespace: namespace == "host" || namespace.hasPrefix("pid:") ? namespace : "namespace-1",
            time: time,
            maker: maker + Self.redactedMark,
            log: rewritten
        )
        let before = ReportShape(Pipeline.report(try Pipeline.read(self), time: time))
        let after: ReportShape
        do {
            after = ReportShape(Pipeline.report(try Pipeline.read(result), time: time))
        } catch {
            throw CaptureRedactionError(reason: "the redacted state cannot be read any more: \(error)")
        }
        if let difference = before.difference(from: after) { throw CaptureRedactionError(reason: difference) }
        return result
    }

    /// Tells whether addresses and names in it are stand-ins.
    public var isRedacted: Bool { maker.hasSuffix(Self.redactedMark) }

    private static let redactedMark = ", redacted"
}

/// Why a state could not be redacted without becoming another one.
public struct CaptureRedactionError: Error, Hashable, Sendable, CustomStringConvertible {
    let reason: String

    /// One line: what was attempted, why it failed, what to do.
    public var description: String {
        "could not redact the capture: \(reason); show the report instead (nataudit scan --redact)"
    }
}

/// What of a report does not change where addresses and names do.
struct ReportShape: Hashable {
    private let verdict: [String]
    private let rules: [String]
    private let paths: [String]
    private let findings: [String]

    init(_ report: ScanReport) {
        let document = report.document
        verdict = [
            document.verdict.rawValue, document.attribution.rawValue, document.holds.inboundFirst.rawValue,
            document.holds.collision.rawValue,
        ]
        rules = document.sourceNAT.map { rule in
            let flags = rule.flags.joined(separator: ",")
            return [
                rule.backend, rule.family, "\(rule.handle ?? 0)", "\(rule.position)", rule.kind, flags,
                rule.ports ?? "",
                rule.owner ?? "", "\(rule.addresses.count)", rule.verdict.rawValue, rule.reach.rawValue,
            ].joined(separator: " ")
        }
        // In another order where addresses are: what is not named comes by chance.
        paths = document.paths.map { path in
            [
                path.from == "host" ? "host" : "subnet", path.to == "elsewhere" ? "elsewhere" : "prefix", path.family,
                path.verdict.rawValue, path.rule.map { "\($0)" } ?? "none", path.when == nil ? "" : "conditional",
            ].joined(separator: " ")
        }.sorted()
        findings = document.findings.map {
            "\($0.id.rawValue) \($0.severity.rawValue) \($0.rule.map { "\($0)" } ?? "none")"
        }
    }

    /// What is different in another one, in words; nil where nothing is.
    func difference(from other: ReportShape) -> String? {
        if verdict != other.verdict {
            return "its verdict would be \(other.verdict[0]) instead of \(verdict[0])"
        }
        let lists = [
            ("rules", rules, other.rules), ("paths", paths, other.paths), ("findings", findings, other.findings),
        ]
        return lists.first { $0.1 != $0.2 }.map { "the \($0.0) that a scan reports would not be the same" }
    }
}
