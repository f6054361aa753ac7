import Foundation
import NetlinkBridge
import Testing

/// The captured tables that the tests without privilege decode are still what a kernel hands out.
///
/// `UPDATE_GOLDEN=1` writes them anew: the bytes, what iptables-save says of them, and the names of the sets.
struct CaptureTests {
    /// Where a captured table comes from: a ruleset of the corpus, or the rules of `OptionTextTests`.
    struct Capture: CustomTestStringConvertible, Sendable {
        let name: String
        let family: AddressFamily
        let table: String
        let rules: @Sendable () throws -> String
        var testDescription: String { name }
    }

    static let corpus: [Capture] = [
        ("eks-node-iptables.v4", "nat"), ("eks-node-iptables.v4", "filter"), ("cilium-iptables.v4", "nat"),
        ("aws-vpc-cni-prng.v4", "nat"), ("aws-vpc-cni-prng.v4", "mangle"), ("edge-netmap.v6", "nat"),
        ("cni-bridge-portmap.v6", "nat"), ("neutron-l3-router.v4", "nat"), ("edge-notrack.v4", "raw"),
    ].map { file, table in
        let path = Bundle.module.bundlePath + "/Fixtures/Corpus/\(file).save"
        return Capture(
            name: "\(file).\(table)",
            family: file.hasSuffix("v6") ? .ip6 : .ip,
            table: table,
            rules: { try String(contentsOfFile: path, encoding: .utf8) }
        )
    }

    static let options: [Capture] = OptionTextTests.cases.map { options in
        Capture(
            name: "options.\(options.family == .ip ? "v4" : "v6").\(options.table)",
            family: options.family,
            table: options.table,
            rules: { options.restoreText }
        )
    }

    private static let folder = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("NetlinkBridgeTests/Fixtures/Xtables")

    @Test(arguments: corpus + options)
    func theKernelHandsOutWhatWasCaptured(_ capture: Capture) throws {
        let namespace = try XtablesNamespace()
        try namespace.restore(try capture.rules(), capture.family)
        let fresh = try namespace.namespace.perform {
            try LegacyTableReader.readBytes(table: KernelName(capture.table), family: capture.family)
        }
        let bytes = try #require(fresh)
        let table = try LegacyTable(decoding: bytes, family: capture.family)
        let file = Self.folder.appendingPathComponent(capture.name + ".bin")
        if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] != nil {
            let names = try namespace.namespace.perform { try XtSetNames.read(table.setIndexes) }
            let lines = names.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)\n" }.joined()
            try Data(bytes).write(to: file)
            let text = try namespace.saveText(table: capture.table, capture.family)
            try write(
                text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { $0 + "\n" }.joined(),
                ".save"
            )
            if !lines.isEmpty { try write(lines, ".sets") }
            func write(_ text: String, _ ending: String) throws {
                let place = Self.folder.appendingPathComponent(capture.name + ending)
                try Data(text.utf8).write(to: place)
            }
        }
        let stored = try LegacyTable(decoding: Array(Data(contentsOf: file)), family: capture.family)
        #expect(stored == table)
    }
}
