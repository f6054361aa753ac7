public import NetlinkBridge

/// Where several servers saw one socket.
public struct MappingSample: Hashable, Sendable {
    /// The socket's own address and port.
    public let local: Endpoint
    /// The servers that told, each endpoint once.
    public let answers: [Answer]

    /// Where one server saw the socket.
    public struct Answer: Hashable, Sendable {
        /// The server.
        public let server: Endpoint
        /// The address and port that it saw.
        public let mapped: Endpoint

        /// Makes an answer.
        public init(server: Endpoint, mapped: Endpoint) {
            self.server = server
            self.mapped = mapped
        }
    }

    /// Makes a sample.
    public init(local: Endpoint, answers: [Answer]) {
        self.local = local
        self.answers = answers
    }
}
