internal import NatAudit
internal import NetlinkBridge

/// The files that a node check leaves for others.
struct NodeCheckFiles {
    /// Where the metrics go; nil for nowhere.
    let textfile: String?
    /// Where the labels go; nil for nowhere.
    let labels: String?

    /// A file that could not be written.
    struct Failure: Sendable {
        /// The file in a word, for the line.
        let file: String
        /// What was attempted and why it failed, in one sentence.
        let reason: String
    }

    /// Tells whether there is nothing to write.
    var isEmpty: Bool { textfile == nil && labels == nil }

    /// How much of the time is kept for writing.
    func reserve(of limit: Duration) -> Duration { isEmpty ? .zero : min(.milliseconds(300), limit / 4) }

    /// Writes the files, each so that a reader sees the old one or the new one.
    ///
    /// It goes on when the process is asked to end, for a half-done replacement would leave a file behind; a file system that
    /// does not answer is given up when the time is over.
    func write(_ result: NodeCheckResult, duration: Duration, within limit: Duration) -> [Failure] {
        let wanted = [
            textfile.map {
                (name: "textfile", path: $0, text: NodeCheckMetrics(result, duration: duration).text)
            },
            labels.map { (name: "NFD file", path: $0, text: NodeCheckLabels(result).text) },
        ].compactMap { $0 }
        do {
            let work = try SupervisedWork.run(within: max(.milliseconds(10), limit), stop: nil) { progress in
                wanted.compactMap { file -> Failure? in
                    progress.now(file.name)
                    do throws(SystemError) {
                        // A file for other users, whatever the umask of who checks, and for this moment: after a crash
                        // the next check writes it again.
                        try writeFile(file.text, path: file.path, isForAll: true, isDurable: false)
                        return nil
                    } catch {
                        return Failure(file: file.name, reason: "\(error)")
                    }
                }
            }
            if case .finished(let failures) = work { return failures }
            return wanted.map { Failure(file: $0.name, reason: "could not write the \($0.name) in time") }
        } catch {
            return wanted.map { Failure(file: $0.name, reason: "could not write the \($0.name): \(error)") }
        }
    }
}
