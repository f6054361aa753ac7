import NatAudit
import NetlinkBridge
import Testing

/// A STUN server of another project (coturn), which runs on the first server address as long as this value lives.
struct STUNServerProgram {
    static let endpoint = Endpoint(address: LabAddress.servers[0], port: 3478)

    private let process: ChildProcess

    /// Starts the server and waits until it answers.
    init(on host: LabHost) throws {
        process = try LabTool.start(
            [
                "turnserver", "-n", "--stun-only", "--no-cli", "--no-tls", "--no-dtls", "--no-tcp",
                "--listening-ip", "\(Self.endpoint.address)", "--listening-port", "\(Self.endpoint.port)",
                "--log-file", "stdout", "--pidfile", "/dev/null", "--userdb", "/dev/null",
            ],
            in: host.namespace
        )
        // RFC 8489 section 5: a Binding request without attributes, the magic cookie, a transaction id.
        let request: [UInt8] = [0, 1, 0, 0, 0x21, 0x12, 0xA4, 0x42] + Array(repeating: 7, count: 12)
        let client = try host.socket(Self.endpoint.address, port: 0)
        for _ in 0..<100 {
            try client.send(request, to: Self.endpoint)
            if try client.receive(within: .milliseconds(50)) != nil { return }
        }
        let words = String(decoding: try process.output() + process.errors(), as: UTF8.self)
        throw LabError.unreadable(["turnserver"], output: words)
    }
}
