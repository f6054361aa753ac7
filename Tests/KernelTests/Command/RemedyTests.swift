import Foundation
import NatAudit
import Testing

/// What a report tells a person to do, where the program that wrote the rule has a switch of its own.
struct RemedyTests {
    private struct Report: Decodable {
        struct Finding: Decodable {
            let id: String
            let remedies: [Remedy]
        }

        struct Remedy: Decodable {
            let environment: String
            let commands: [String]
            let verify: [String]
            let undoneBy: String?
            let traps: [String]
        }

        let findings: [Finding]
    }

    private static func remedies() throws -> [Report.Remedy] {
        let lab = try NATLab()
        try NATRule.awsVPCCNI().load(on: lab.nat)
        let output = try Program.scan(lab.nat).run.output
        let report = try JSONDecoder().decode(Report.self, from: Data(output.utf8))
        return try #require(report.findings.first { $0.id == "random-source-ports" }).remedies
    }

    @Test func eachWayOfInstallingTheAWSCNIHasItsOwnRemedy() async throws {
        try await onOwnThread {
            let remedies = try Self.remedies()
            #expect(
                remedies.map(\.environment)
                    == ["eks-self-managed", "eks-add-on", "eks-kops", "eks-auto-mode", "this-host"]
            )
            for remedy in remedies {
                #expect(!remedy.commands.isEmpty && !remedy.verify.isEmpty && remedy.undoneBy != nil)
            }
            let addOn = remedies[1]
            // The value is case-sensitive: in every command it is the one that helps.
            for command in remedies.prefix(3).flatMap(\.commands) where command.contains("RANDOMIZESNAT") {
                #expect(command.contains("none") && !command.contains("None"), "\(command)")
            }
            #expect(addOn.commands.contains { $0.hasPrefix("aws eks update-addon ") })
            #expect(addOn.traps.contains { $0.contains("kubectl set does not last") })
            // CNI options do not apply there.
            let autoMode = remedies[3]
            #expect(!autoMode.commands.joined().contains("RANDOMIZESNAT"))
            #expect(autoMode.commands.joined().contains("snatPolicy"))
        }
    }

    /// What is inside `--configuration-values` is JSON that the shell hands on as it is.
    @Test func theValuesOfTheAddOnAreJSON() async throws {
        try await onOwnThread {
            let command = try #require(try Self.remedies()[1].commands.first { $0.contains("update-addon") })
            let values = try #require(command.split(separator: "'").dropFirst().first)
            let decoded = try JSONDecoder().decode([String: [String: String]].self, from: Data(values.utf8))
            #expect(decoded == ["env": ["AWS_VPC_K8S_CNI_RANDOMIZESNAT": "none"]])
        }
    }
}
