internal import NetlinkBridge

/// A file that makes a fix outlive a boot, or the link that enables its unit.
struct PersistedFile: Hashable, Sendable, Codable {
    /// The folder that it is in.
    let folder: String
    /// Its name there.
    let name: String
    /// What the file holds, or what the link names.
    let content: String
    /// Tells whether it is a symbolic link.
    let isLink: Bool

    init(folder: String, name: String, content: String, isLink: Bool = false) {
        self.folder = folder
        self.name = name
        self.content = content
        self.isLink = isLink
    }

    /// Its path.
    var path: String { "\(folder)/\(name)" }

    /// Its writing, as a step of a plan.
    var step: FixStep {
        isLink
            ? FixStep(kind: .file, summary: "link \(path)", text: "\(path) -> \(content)")
            : FixStep(kind: .file, summary: "write \(path)", text: content)
    }

    /// What is in its place.
    enum Presence: Hashable, Sendable {
        /// Nothing, or not even the folder.
        case absent
        /// It.
        case there
        /// Something else.
        case other
    }

    /// Looks what is in its place; what others than root may change is something else.
    func presence() throws(SystemError) -> Presence {
        do throws(SystemError) {
            let folder = try RootFolder(folder)
            switch try folder.entry(name) {
            case .absent: return .absent
            case .file(let bytes): return !isLink && bytes == Array(content.utf8) ? .there : .other
            case .link(let target): return isLink && target == content ? .there : .other
            }
        } catch {
            if error.name == "ENOENT" { return .absent }
            if error.isDistrust || ["ELOOP", "ENOTDIR", "EFBIG"].contains(error.name) { return .other }
            throw error
        }
    }
}
