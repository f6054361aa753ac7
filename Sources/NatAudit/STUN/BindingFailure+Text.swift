internal import NetlinkBridge

extension BindingFailure: CustomStringConvertible {
    /// A few words that stand behind a server's name; everything from outside is escaped.
    public var description: String {
        switch self {
        case .silence(let requests, let time):
            "no answer to \(requests) request\(requests == 1 ? "" : "s") within \(secondsText(time))"
        case .sendRefused(let error): "\(error)"
        case .network(let report): report.words
        case .errorResponse(let error): "the server refused: \(error.words)"
        case .unusableAnswer(let answer): answer.words
        }
    }
}

extension BindingFailure.UnusableAnswer {
    /// A few words that stand behind a server's name.
    var words: String {
        switch self {
        case .noMappedAddress: "the server's answer names no mapped address"
        case .impossibleMappedAddress(let endpoint):
            "the server's answer names an impossible address, \(endpoint)"
        case .malformed(let error): "the server's answer is malformed: \(error)"
        case .unknownAttributes(let kinds):
            "the server's answer needs attributes that are not known here: "
                + kinds.map { "0x" + String($0.rawValue, radix: 16) }.joined(separator: ", ")
        case .noErrorCode: "the server refused without saying why"
        }
    }
}

extension STUNErrorCode {
    /// The code, with the server's words escaped and cut to a length that fits a line.
    var words: String {
        if code == Self.tryAlternate { return "300, ask another server (which is not followed)" }
        return reason.isEmpty ? "\(code)" : "\(code) \(escapedForDisplay(reason.prefix(64)))"
    }
}

/// A duration in seconds with at most one decimal: "3 s", "0.5 s".
func secondsText(_ duration: Duration) -> String {
    let tenths = (duration / .milliseconds(100)).rounded()
    let whole = Int(exactly: (tenths / 10).rounded(.down)) ?? 0
    let rest = Int(exactly: tenths - Double(whole) * 10) ?? 0
    return rest == 0 ? "\(whole) s" : "\(whole).\(rest) s"
}
