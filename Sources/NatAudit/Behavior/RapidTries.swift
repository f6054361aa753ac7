/// How often a question is asked whose answer may be silence.
///
/// Silence is an answer here ("filtered"), and a lost packet looks the same. Twelve tries of a request and an answer are all lost
/// by chance once in 200,000 where each direction loses one packet in five at random, and once in 10^12 where it is one in
/// twenty.
enum RapidTries {
    /// A request each 45 ms.
    ///
    /// RFC 8489 wants 500 ms between the first two. Twelve datagrams of 28 bytes in half a second congest nothing, and ten
    /// seconds for one test are what makes people run none.
    static let schedule = RetransmissionSchedule(
        first: .milliseconds(45),
        longest: .milliseconds(45),
        requests: 12,
        sendsAll: true
    )

    /// The longest wait behind the last request: enough for a round trip by satellite, twice.
    private static let longestWait: Duration = .milliseconds(1500)

    /// How long an answer is waited for in all, where the path takes `roundTrip`.
    static func deadline(roundTrip: Duration?) -> Duration {
        .milliseconds(11 * 45) + min(max(.milliseconds(200), (roundTrip ?? .zero) * 3), longestWait)
    }

    /// What a negative answer rests on, as a clause.
    static let error = "12 tries; wrong once in 200,000 where one packet in five is lost each way"
}
