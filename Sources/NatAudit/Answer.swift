/// Three answers, not two: what was looked at and found, looked at and not found, and not known, with the reason.
public enum Answer: Hashable, Sendable {
    case yes
    case no
    case unknown(String)
}
