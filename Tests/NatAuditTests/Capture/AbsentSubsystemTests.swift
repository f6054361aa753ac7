import Testing

@testable import NatAudit
@testable import NetlinkBridge

/// A kernel that has no nf_tables, as nfnetlink answers then: captures of a host whose answers are replaced by that.
struct AbsentSubsystemTests {
    /// ENOENT, EINVAL and EOPNOTSUPP.
    @Test(arguments: [Int32(2), 22, 95]) func whatIsAbsentIsNamedAndTheRestIsRead(code: Int32) throws {
        let capture = try CaptureFixture.all[0].capture
        let absent = Capture(
            namespace: capture.namespace,
            time: capture.time,
            maker: capture.maker,
            log: try Self.without(subsystem: 10, code, in: capture.log)
        )
        let evidence = try Pipeline.read(absent)
        let report = Pipeline.report(evidence, time: capture.time)
        #expect(evidence.snapshot.nftables == nil && !evidence.snapshot.links.isEmpty && !evidence.paths.isEmpty)
        #expect(report.conclusion.verdict == .unknown)
        #expect(report.limits.contains { $0.contains("nf_tables") }, "\(report.limits)")
        #expect(!report.findings.contains { $0.id == .permissionMissing })
    }

    /// The log with a refusal for every question to a subsystem of nfnetlink.
    private static func without(subsystem: UInt8, _ code: Int32, in log: KernelLog) throws -> KernelLog {
        var bytes: [UInt8] = []
        var offset = 0
        while offset < log.bytes.count {
            let question = try KernelLog.field(in: log.bytes.span, at: offset)
            let answer = try KernelLog.field(in: log.bytes.span, at: question.upperBound)
            let asked = Array(log.bytes[question])
            // The kind of a netlink request, NETLINK_NETFILTER, and the subsystem in the type's upper byte.
            let isMeant = Array(asked.prefix(6)) == [1, 0, 0, 0, 12, subsystem]
            bytes += KernelLog.field(asked)
            bytes += KernelLog.field(isMeant ? KernelAnswer(code: code).bytes : Array(log.bytes[answer]))
            offset = answer.upperBound
        }
        return try KernelLog(decoding: bytes)
    }
}
