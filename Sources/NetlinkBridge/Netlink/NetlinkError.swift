internal import Glibc

/// A netlink exchange that did not end as it should.
public struct NetlinkError: Error, Hashable, Sendable, Codable {
    /// What was attempted, as the beginning of a sentence: "read the nf_tables rules".
    public let operation: String
    /// What went wrong.
    public let reason: Reason

    /// The ways in which an exchange ends badly.
    public enum Reason: Hashable, Sendable, Codable {
        /// The kernel answered with an errno, perhaps with a message of its own and the offset of what it refused.
        case refused(code: Int32, message: String?, offset: Int?)
        /// The state changed while it was dumped (NLM_F_DUMP_INTR): what was read is torn.
        case interrupted
        /// An answer was longer than the buffer (MSG_TRUNC).
        case truncated
        /// No answer came before the deadline.
        case timedOut
        /// An answer could not be decoded.
        case malformed(DecodingError)
        /// The answers come from a capture, and the question was not asked when it was made.
        case notCaptured
    }

    /// Makes an error from its two parts.
    public init(_ operation: String, _ reason: Reason) {
        self.operation = operation
        self.reason = reason
    }

    /// The errno where the kernel refused, else nil.
    public var code: Int32? {
        if case .refused(let code, _, _) = reason { code } else { nil }
    }

    /// Tells whether the kernel refused for want of CAP_NET_ADMIN.
    public var isPermission: Bool { code == EPERM || code == EACCES }

    /// Tells whether the kernel lacks the subsystem, rather than the object.
    public var isUnsupported: Bool {
        guard let code else { return false }
        return [EOPNOTSUPP, EPROTONOSUPPORT, EAFNOSUPPORT, EINVAL].contains(code)
    }

    /// Tells whether the state changed under the reader, so that reading again may help.
    public var isInterruption: Bool { reason == .interrupted || code == EINTR || code == ERESTART }
}

extension NetlinkError: CustomStringConvertible {
    /// One sentence: what was attempted, why it failed, and, where it helps, what to do.
    public var description: String {
        let cause: String
        switch reason {
        case .refused(let code, let message, _):
            let error = SystemError(operation, code: code)
            let words = message.map { ": the kernel says \"\(escapedForDisplay($0))\"" } ?? ""
            let advice = isPermission ? "; run it as root or with CAP_NET_ADMIN" : ""
            cause = "\(SystemError.message(code)) (\(error.name))\(words)\(advice)"
        case .interrupted: cause = "it kept changing while it was read; try again when it holds still"
        case .truncated: cause = "an answer did not fit the buffer"
        case .timedOut: cause = "the kernel did not answer in time"
        case .malformed(let error): cause = "the kernel's answer holds \(error)"
        case .notCaptured:
            cause =
                "the capture does not hold the kernel's answer, for another version asked otherwise: capture that host "
                + "again with this one"
        }
        return "could not \(operation): \(cause)"
    }
}
