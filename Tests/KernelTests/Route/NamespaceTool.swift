import Foundation
import NatAudit
import NetlinkBridge

/// Runs the system's own tools inside a namespace, as the oracle of what was read or done there.
enum NamespaceTool {
    /// Runs shell commands and returns their standard output; throws where one of them fails.
    @discardableResult
    static func run(_ commands: String, in namespace: NetworkNamespace) throws -> String {
        try LabTool.require(["sh", "-ec", commands], in: namespace)
    }

    /// Runs a command that prints JSON and decodes that.
    static func json<Value: Decodable>(
        _ command: String,
        as type: Value.Type = Value.self,
        in namespace: NetworkNamespace
    ) throws -> Value {
        try JSONDecoder().decode(Value.self, from: Data(run(command, in: namespace).utf8))
    }

    /// Runs a command and returns the lines of its output.
    static func lines(_ command: String, in namespace: NetworkNamespace) throws -> [String] {
        try run(command, in: namespace).split(separator: "\n").map(String.init)
    }
}
