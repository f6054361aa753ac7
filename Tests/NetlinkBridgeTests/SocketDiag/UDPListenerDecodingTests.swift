import NetlinkBridge
import Testing

/// Expected values are what `ss -Huaen` printed when the bytes were captured; wan0 is interface 3 there.
struct UDPListenerDecodingTests {
    @Test func udpSocketsAreReadAsSsPrintsThem() throws {
        let payloads = try HexFixture("SocketDiag/udp").payloads(ofType: MessageType.socketDiagnosis)
        let listeners = try payloads.map { try UDPListener(decoding: $0.span) }
            .sorted { $0.local.port < $1.local.port }
        #expect(
            try listeners == [
                UDPListener(local: endpoint("0.0.0.0:3478"), interface: 3, inode: 97058),
                UDPListener(local: endpoint("[::]:5353"), inode: 97061, isV6Only: false),
                UDPListener(
                    local: endpoint("192.0.2.1:41641"),
                    remote: endpoint("192.0.2.200:53"),
                    inode: 97059
                ),
                UDPListener(local: endpoint("[::]:51820"), inode: 97060, isV6Only: true),
            ]
        )
    }
}
