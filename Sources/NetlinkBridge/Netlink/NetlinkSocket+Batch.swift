internal import CMnl
internal import CShims
internal import Glibc

extension NetlinkSocket {
    /// Makes room for a batch and for the answers to it: a batch that does not fit is refused with EMSGSIZE, answers that
    /// do not fit are lost with ENOBUFS.
    func reserve(sending bytes: Int, answers: Int) {
        // The kernel counts its own bookkeeping in: an answer takes up to 832 bytes (measured), a batch about twice its size.
        enlarge(force: SO_SNDBUFFORCE, otherwise: SO_SNDBUF, to: Int32(clamping: max(bytes * 2, 212_992)))
        enlarge(force: SO_RCVBUFFORCE, otherwise: SO_RCVBUF, to: Int32(clamping: max(answers * 832, 212_992)))
    }

    /// The forcing option needs CAP_NET_ADMIN in the first user namespace; the other one is bounded by a sysctl.
    private func enlarge(force: Int32, otherwise: Int32, to size: Int32) {
        var size = size
        let length = socklen_t(MemoryLayout<Int32>.size)
        // Sound: the pointer is to a local that outlives the calls, with its own size.
        if unsafe setsockopt(descriptor, SOL_SOCKET, force, &size, length) != 0 {
            unsafe setsockopt(descriptor, SOL_SOCKET, otherwise, &size, length)
        }
    }

    /// Receives the acknowledgements and errors of one datagram; nil when none waits and none is to be waited for.
    mutating func acknowledgements(
        operation: String,
        waiting: Bool
    ) throws(NetlinkError) -> [NetlinkAcknowledgement]? {
        if !waiting {
            let ready = try? waitUntilReadable([descriptor], for: .zero)
            guard ready?.isEmpty == false else { return nil }
        }
        let port = self.port
        return try receive(operation: operation) { (datagram) throws(NetlinkError) in
            var answers: [NetlinkAcknowledgement] = []
            do throws(DecodingError) {
                var offset = 0
                while offset < datagram.count {
                    let header = try NetlinkHeader(in: datagram, at: offset)
                    let payload = datagram.extracting(
                        (offset + NetlinkHeader.size)..<(offset + header.length)
                    )
                    offset += (header.length + 3) & ~3
                    guard header.port == port, Int32(header.type) == NLMSG_ERROR else { continue }
                    answers.append(try NetlinkAcknowledgement(decoding: payload, flags: header.flags))
                }
            } catch {
                throw NetlinkError(operation, .malformed(error))
            }
            return answers
        }
    }
}
