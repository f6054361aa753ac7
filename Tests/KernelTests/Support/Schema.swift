import Foundation
import NatAudit
import NetlinkBridge
import Testing

/// A JSON Schema of the project; another program (Python's jsonschema) is asked whether output keeps to it.
enum Schema: String, CaseIterable {
    case scan = "nataudit.scan-1"
    case stun = "nataudit.stun-1"
    case fix = "nataudit.fix-1"
    case trace = "nataudit.trace-1"
    case pair = "nataudit.pair-1"

    /// The schema's file.
    var path: String { Program.project.appending(path: "schemas/\(rawValue).schema.json").path() }

    /// Records what the schema does not allow in these documents.
    func check(_ documents: [String], at location: SourceLocation = #_sourceLocation) throws {
        let complaints = try complaints(about: documents)
        #expect(complaints == [], sourceLocation: location)
    }

    /// What the schema does not allow in these documents, a line each.
    func complaints(about documents: [String]) throws -> [String] {
        let output = try LabTool.require(
            ["python3", "-c", Self.script, path],
            in: NetworkNamespace.current(),
            input: documents.joined(separator: "\u{1E}")
        )
        return output.split(separator: "\n").map(String.init)
    }

    /// Documents come on standard input, with U+001E (record separator) between them.
    private static let script = """
        import json, jsonschema, sys
        schema = json.load(open(sys.argv[1]))
        jsonschema.Draft202012Validator.check_schema(schema)
        validator = jsonschema.Draft202012Validator(schema)
        for document in sys.stdin.read().split("\\x1e"):
            for error in validator.iter_errors(json.loads(document)):
                print("/".join(map(str, error.absolute_path)) + ": " + error.message.replace("\\n", " "))
        """
}
