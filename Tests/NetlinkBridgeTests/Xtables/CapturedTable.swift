import Foundation
import NetlinkBridge
import Testing

/// A table that a kernel handed out, with what iptables-save said of it.
struct CapturedTable: CustomTestStringConvertible, Sendable {
    let name: String
    var testDescription: String { name }

    /// Every captured table of the fixtures.
    static let all: [CapturedTable] = {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { $0.hasSuffix(".bin") }.sorted().map {
            CapturedTable(name: String($0.dropLast(4)))
        }
    }()

    private static let folder = Bundle.module.bundlePath + "/Fixtures/Xtables"

    var family: AddressFamily { name.contains(".v6.") ? .ip6 : .ip }

    func bytes() throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: "\(Self.folder)/\(name).bin")))
    }

    func decoded() throws -> LegacyTable { try LegacyTable(decoding: bytes(), family: family) }

    /// The lines of `iptables-save -c`.
    func savedLines() throws -> [String] {
        try String(contentsOfFile: "\(Self.folder)/\(name).save", encoding: .utf8).split(separator: "\n").map(
            String.init
        )
    }

    /// The names of the sets by index; empty where no rule asks for a set.
    func setNames() throws -> [UInt16: KernelName] {
        let path = "\(Self.folder)/\(name).sets"
        guard FileManager.default.fileExists(atPath: path) else { return [:] }
        var names: [UInt16: KernelName] = [:]
        for line in try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n") {
            let words = line.split(separator: " ")
            names[try #require(UInt16(words[0]))] = KernelName(String(words[1]))
        }
        return names
    }
}
