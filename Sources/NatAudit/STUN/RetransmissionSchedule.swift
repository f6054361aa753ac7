/// When a request is sent again while no answer comes.
///
/// RFC 8489 section 6.2.1 starts at 500 ms and doubles without end, which sends three requests in three
/// seconds: with one packet in five lost each way, one server in twenty would look dead. This starts at 250
/// ms and goes on each 300 ms, for ten requests in three seconds: then it is one in 27,000. The whole is a
/// handful of datagrams of 20 bytes, so the deviation cannot congest a path.
public struct RetransmissionSchedule: Hashable, Sendable {
    /// The wait before the second request.
    public let first: Duration
    /// The longest wait between two requests; each wait is twice the one before until it is reached.
    public let longest: Duration
    /// How many requests are sent at most, the first one counted.
    public let requests: Int

    /// Tells whether all requests are sent, however late.
    ///
    /// Where silence is to prove something, a busy host must not be taken for it. Else what is overdue is left out, and the
    /// deadline stays.
    public let sendsAll: Bool

    /// Makes a schedule; less than one request counts as one.
    public init(
        first: Duration = .milliseconds(250),
        longest: Duration = .milliseconds(300),
        requests: Int = 10,
        sendsAll: Bool = false
    ) {
        self.sendsAll = sendsAll
        self.first = first
        self.longest = longest
        self.requests = max(1, requests)
    }

    /// The times of the requests, counted from the first one, that lie before the deadline.
    public func times(before deadline: Duration) -> [Duration] {
        var times: [Duration] = [.zero]
        var wait = first
        while times.count < requests, let last = times.last, last + wait < deadline {
            times.append(last + wait)
            wait = min(wait * 2, longest)
        }
        return times
    }
}
