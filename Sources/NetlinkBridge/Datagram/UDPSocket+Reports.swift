extension UDPSocket {
    /// How many reports are taken at once; the rest waits for the next turn, so that a flood of them ends
    /// somewhere.
    private static let reportsPerTurn = 256

    /// Hands over what the network reported for earlier datagrams of this socket, oldest first.
    ///
    /// - Returns: how many reports there were.
    @discardableResult
    public func takeReports(_ body: (NetworkReport) -> Void) -> Int {
        for count in 0..<Self.reportsPerTurn {
            guard let report = nextError() else { return count }
            body(report)
        }
        return Self.reportsPerTurn
    }

    /// Sends one datagram, past the errors that earlier ones left behind.
    ///
    /// The kernel answers a send with the pending error of an earlier datagram, wherever that went to. Once
    /// such errors are taken from the queue, a second attempt speaks for itself.
    public func send(
        _ bytes: [UInt8],
        to remote: Endpoint,
        reports body: (NetworkReport) -> Void
    ) throws(SystemError) {
        do {
            try send(bytes, to: remote)
        } catch {
            guard takeReports(body) > 0 else { throw error }
            try send(bytes, to: remote)
        }
    }
}
