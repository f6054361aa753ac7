import Foundation
import Testing

@testable import NatAudit

/// Captures of hosts with rulesets of real systems, and what `nataudit scan` said on these hosts at that moment.
struct CaptureFixture: CustomTestStringConvertible, Sendable {
    let name: String
    /// What real flows through these rules showed.
    let verdict: Verdict

    /// The captures that are there.
    static let all = [
        CaptureFixture(name: "eks-node-iptables", verdict: .hard),
        CaptureFixture(name: "docker-legacy", verdict: .easy),
        CaptureFixture(name: "kube-proxy-nftables", verdict: .noNAT),
        CaptureFixture(name: "nft-maps-and-flags", verdict: .hard),
        CaptureFixture(name: "ipset-ways", verdict: .hard),
    ]

    var testDescription: String { name }

    private var path: String { Bundle.module.bundlePath + "/Fixtures/Captures/\(name)" }

    /// The capture.
    var capture: Capture { get throws { try Capture(contentsOf: path + ".capture") } }

    /// The file's bytes.
    var bytes: [UInt8] { get throws { try [UInt8](Data(contentsOf: URL(filePath: path + ".capture"))) } }

    /// The host's own report.
    var report: Data { get throws { try Data(contentsOf: URL(filePath: path + ".json")) } }
}
