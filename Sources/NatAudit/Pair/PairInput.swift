internal import NetlinkBridge

extension PairSide {
    /// The largest report that is read: several times that of a node with a path for each of its pods.
    static let maximumFileSize = 1 << 25

    /// Reads a report: a scan's, or a netcheck's.
    ///
    /// `path` is a file's name, or `-` for standard input.
    /// - Throws: `SystemError` where the file cannot be read, `PairInputError` where it is no such report.
    public init(contentsOf path: String) throws {
        let name = path == "-" ? "standard input" : escapedForDisplay(path)
        let bytes = try readFile(path == "-" ? "/dev/stdin" : path, limit: Self.maximumFileSize)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw PairInputError(name: name, cause: .noJSON)
        }
        try self.init(text, file: name)
    }

    /// Reads a report that is called by a name, which is escaped.
    init(_ text: String, file: String) throws(PairInputError) {
        guard let kind = try? JSONText.decode(Kind.self, from: text) else {
            throw PairInputError(name: file, cause: .noJSON)
        }
        do {
            switch kind.schema {
            case ScanReport.schema?: try self.init(scan: text, file: file)
            case let other?: throw PairInputError(name: file, cause: .otherReport(Self.shown(other)))
            case nil: try self.init(netcheck: text, file: file)
            }
        } catch let error as PairInputError {
            throw error
        } catch {
            throw PairInputError(name: file, cause: kind.schema == nil ? .other : .damaged)
        }
    }

    /// What a document says that it is.
    private struct Kind: Decodable { let schema: String? }

    /// A text from a report, which the program that wrote it has escaped; it is cut, and what is not escaped is.
    static func shown(_ text: String) -> String { escapedRestForDisplay(String(text.prefix(300))) }
}

/// A file that is no report of which two can be compared.
public struct PairInputError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The file's name, escaped.
    let name: String
    /// What is wrong with it.
    let cause: Cause

    /// The ways in which a file can be none.
    enum Cause: Hashable, Sendable {
        /// It is not one JSON object.
        case noJSON
        /// Another report, whose form this is.
        case otherReport(String)
        /// A JSON object of another kind.
        case other
        /// A scan's report in which something is missing or of another kind.
        case damaged
    }

    /// One line: what was attempted, on what, why it failed, what to do.
    public var description: String {
        let wanted = "make one with nataudit scan --format json, or tailscale netcheck --format=json"
        let words =
            switch cause {
            case .noJSON: "it is not one JSON object; \(wanted)"
            case .otherReport(let form): "it is a report of the form \(form), not \(ScanReport.schema); \(wanted)"
            case .other: "it is no report of a scan or a netcheck; \(wanted)"
            case .damaged: "it is a report of a scan with something missing or wrong in it; make it again"
            }
        return "could not compare \(name): \(words)"
    }
}
