internal import NetlinkBridge

/// Sends the packet: from a socket where it is the host's own, else so that it arrives at its interface.
struct LiveSender {
    /// The packet with its source port.
    let packet: Packet
    private let way: Way

    /// How it is sent.
    private enum Way {
        case socket(FlowSocket, to: Endpoint)
        case arrival(FrameInjector, frame: [UInt8], interface: UInt32)
    }

    /// Prepares to send; `wanted` is the source that was asked for, nil to let the kernel choose it.
    ///
    /// - Throws: `SystemError` where the source port is taken, `LiveError` where no packet can be made to arrive.
    init(_ packet: Packet, wanted: Endpoint?, links: [Link]) throws {
        guard case .link(let index, _) = packet.inInterface else {
            let any: IPAddress = packet.family == .ip ? .v4(0) : .v6(high: 0, low: 0)
            let socket = try FlowSocket(
                isTCP: packet.transport != Packet.udp,
                boundTo: wanted ?? Endpoint(address: any, port: 0),
                mark: packet.mark ?? 0
            )
            var bound = packet
            bound.sourcePort = socket.local.port
            self.packet = bound
            way = .socket(socket, to: Endpoint(address: packet.destination, port: packet.destinationPort ?? 0))
            return
        }
        let injector: FrameInjector
        do throws(SystemError) {
            injector = try FrameInjector()
        } catch {
            throw LiveError.cannotArrive(error)
        }
        let address = links.first { $0.index.number == index }?.hardwareAddress ?? []
        self.packet = packet
        way = .arrival(injector, frame: FirstPacket(packet: packet).frame(for: address), interface: index)
    }

    /// Sends it; returns why a socket could not, which a rule that drops the packet may be the reason of.
    ///
    /// - Throws: `LiveError` where the packet cannot be made to arrive.
    func send() throws -> SystemError? {
        switch way {
        case .socket(let socket, let destination):
            do throws(SystemError) { try socket.send(to: destination) } catch { return error }
        case .arrival(let injector, let frame, let interface):
            do throws(SystemError) {
                try injector.receive(frame, at: interface)
            } catch {
                throw LiveError.cannotArrive(error)
            }
        }
        return nil
    }
}
