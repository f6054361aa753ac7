internal import NetlinkBridge

/// A file that is no capture that can be read here.
public struct CaptureError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The file's name, escaped.
    let name: String
    /// What is wrong with it.
    let cause: Cause

    /// The ways in which a file can be none.
    public enum Cause: Error, Hashable, Sendable {
        /// It does not begin as a capture does.
        case otherFile
        /// A version that is not known here.
        case version(Int)
        /// It was made on a machine that orders or sizes numbers otherwise.
        case otherMachine
        /// It is cut, or bytes in it changed.
        case damaged(String)
    }

    /// One line: what was attempted, on what, why it failed, what to do.
    public var description: String {
        let words =
            switch cause {
            case .otherFile: "it is no capture; make one with nataudit capture --output FILE"
            case .version(let number):
                "it has version \(number) of the format, this program reads \(Capture.version); read it with the program that "
                    + "made it"
            case .otherMachine: "it was made on another kind of machine; read it on one of that kind"
            case .damaged(let what): "it is damaged (\(what)); copy or make it again"
            }
        return "could not read the capture \(name): \(words)"
    }
}
