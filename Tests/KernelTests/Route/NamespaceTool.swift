import Dispatch
import Foundation
import NetlinkBridge

/// Runs the system's own tools inside a namespace, as the oracle of what was read or done there.
enum NamespaceTool {
    /// A command that failed, with what it said.
    struct Failure: Error, CustomStringConvertible {
        let command: String
        let status: Int32
        let message: String
        var description: String { "\(command): exit \(status): \(message)" }
    }

    /// Runs shell commands and returns their standard output; throws where one of them fails.
    @discardableResult
    static func run(_ commands: String, in namespace: NetworkNamespace) throws -> Data {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["nsenter", "--net=\(namespace.path)", "sh", "-ec", commands]
        let output = Pipe()
        let message = Pipe()
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = message
        // Not waitUntilExit(), which needs a run loop and may not return on a thread without one.
        let ended = DispatchSemaphore(value: 0)
        process.terminationHandler = { _ in ended.signal() }
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        let text = String(decoding: message.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        ended.wait()
        // The path stands for a descriptor of this process, which goes with the object.
        withExtendedLifetime(namespace) {}
        guard process.terminationStatus == 0 else {
            throw Failure(command: commands, status: process.terminationStatus, message: text)
        }
        return data
    }

    /// Runs a command that prints JSON and decodes that.
    static func json<Value: Decodable>(
        _ command: String,
        as type: Value.Type = Value.self,
        in namespace: NetworkNamespace
    ) throws -> Value {
        try JSONDecoder().decode(Value.self, from: run(command, in: namespace))
    }

    /// Runs a command and returns the lines of its output.
    static func lines(_ command: String, in namespace: NetworkNamespace) throws -> [String] {
        String(decoding: try run(command, in: namespace), as: UTF8.self).split(separator: "\n").map(
            String.init
        )
    }
}
