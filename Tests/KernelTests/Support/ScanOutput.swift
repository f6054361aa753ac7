import Foundation
import NatAudit
import Testing

/// What `nataudit scan --format json` promises, read as any other program would read it.
struct ScanOutput: Decodable {
    let schema: String
    let host: Host
    let verdict: String
    let holds: Holds
    let attribution: String
    let summary: String
    let sourceNAT: [Rule]
    let paths: [Path]
    let probes: [Probe]
    let findings: [Finding]
    let limits: [String]

    struct Host: Decodable {
        let hostname: String
        let netns: String
    }

    struct Holds: Decodable, Equatable {
        let collision: String
        let inboundFirst: String
    }

    struct Rule: Decodable, Equatable {
        let backend: String
        let family: String
        let table: String
        let chain: String
        let handle: UInt64?
        let position: Int
        let kind: String
        let flags: [String]
        let addresses: [String]
        let ports: String?
        let comment: String?
        let owner: String?
        let text: String
        let verdict: String
        let reach: String
        let when: String?
        let why: String
    }

    struct Path: Decodable {
        let from: String
        let to: String
        let inInterface: String?
        let outInterface: String?
        let family: String
        let verdict: String
        let rule: Int?
        let when: String?
        let steps: [String]
    }

    struct Probe: Decodable {
        let from: String
        let local: String?
        let mapping: String?
        let verdict: String
        let holds: Holds
        let attribution: String
        let presented: [String]
        let servers: [Server]
        let reason: String
    }

    struct Server: Decodable {
        let server: String
        let mapped: String?
        let translatedHere: String?
        let error: String?
    }

    struct Finding: Decodable {
        let id: String
        let severity: String
        let title: String
        let detail: String
        let evidence: [String]
        let rule: Int?
        let remedies: [Remedy]
    }

    struct Remedy: Decodable {
        let summary: String
        let commands: [String]
    }

    /// Reads what a run wrote.
    init(_ run: ToolRun, at location: SourceLocation = #_sourceLocation) throws {
        try #require(!run.output.isEmpty, "\(run.status): \(run.errors)", sourceLocation: location)
        self = try JSONDecoder().decode(ScanOutput.self, from: Data(run.output.utf8))
    }

    /// The identifiers of the findings.
    var findingIDs: [String] { findings.map(\.id) }
}
