internal import CShims

extension NetlinkSocket {
    /// Sends a request and calls `body` with the type and payload of each message of the answer.
    ///
    /// The answer ends with NLMSG_DONE (a dump) or an acknowledgement (anything else, for which NLM_F_ACK is added).
    /// A torn dump is read to its end, so that the socket stays usable, and then refused as `.interrupted`.
    mutating func exchange(
        _ request: NetlinkRequest,
        operation: String,
        _ body: (_ type: UInt16, _ payload: Span<UInt8>) throws(DecodingError) -> Void
    ) throws(NetlinkError) {
        switch KernelSource.current {
        case nil: try ask(request, operation: operation, body)
        case .replayed(let replay):
            try replay.exchange(KernelSource.netlink(number, request), operation: operation, body)
        case .recorded(let recorder):
            let question = KernelSource.netlink(number, request)
            var answer = KernelAnswer()
            do throws(NetlinkError) {
                try ask(request, operation: operation) { (type, payload) throws(DecodingError) in
                    answer.append(type: type, payload)
                    try body(type, payload)
                }
                recorder.keep(answer, to: question)
            } catch {
                switch error.reason {
                case .refused(let code, let message, _):
                    recorder.keep(KernelAnswer(code: code, message: message), to: question)
                // Up to what cannot be decoded, so that it cannot be decoded again.
                case .malformed: recorder.keep(answer, to: question)
                case .interrupted, .truncated, .timedOut, .notCaptured: break
                }
                throw error
            }
        }
    }

    /// The exchange with the kernel itself, past any log.
    mutating func ask(
        _ request: NetlinkRequest,
        operation: String,
        _ body: (_ type: UInt16, _ payload: Span<UInt8>) throws(DecodingError) -> Void
    ) throws(NetlinkError) {
        let isDump = request.flags & UInt16(NLM_F_DUMP) == UInt16(NLM_F_DUMP)
        var request = request
        if !isDump { request = request.adding(flags: NLM_F_ACK) }
        let sequence = nextSequence()
        try send(request.bytes(sequence: sequence), operation: operation)
        var isTorn = false
        var failure: NetlinkError?
        let port = self.port
        while true {
            let isFinished = try receive(operation: operation) { (datagram) throws(NetlinkError) -> Bool in
                do throws(DecodingError) {
                    return try Self.messages(in: datagram, sequence: sequence, port: port) {
                        (header, payload) throws(DecodingError) in
                        isTorn = isTorn || header.isInterrupted
                        switch Int32(header.type) {
                        case NLMSG_ERROR:
                            let answer = try NetlinkAcknowledgement(decoding: payload, flags: header.flags)
                            if answer.code != 0 {
                                failure = NetlinkError(
                                    operation,
                                    .refused(
                                        code: answer.code,
                                        message: answer.message,
                                        offset: answer.offset
                                    )
                                )
                            }
                            return true
                        case NLMSG_DONE:
                            // The payload is the errno with which the dump ended, negative; absent on old kernels.
                            let code =
                                payload.count >= 4 ? Int32(bitPattern: try payload.host(UInt32.self)) : 0
                            if code < 0 {
                                failure = NetlinkError(
                                    operation,
                                    .refused(code: 0 &- code, message: nil, offset: nil)
                                )
                            }
                            return true
                        case NLMSG_OVERRUN:
                            throw DecodingError(what: "an overrun", offset: 0)
                        case NLMSG_NOOP:
                            return false
                        default:
                            if !isTorn, failure == nil { try body(header.type, payload) }
                            return false
                        }
                    }
                } catch {
                    throw NetlinkError(operation, .malformed(error))
                }
            }
            if isFinished { break }
        }
        if let failure { throw failure }
        if isTorn { throw NetlinkError(operation, .interrupted) }
    }

    /// Calls `body` with each message of a datagram that answers our request; true when one of them ended the answer.
    static func messages(
        in datagram: Span<UInt8>,
        sequence: UInt32,
        port: UInt32,
        _ body: (NetlinkHeader, Span<UInt8>) throws(DecodingError) -> Bool
    ) throws(DecodingError) -> Bool {
        var offset = 0
        while offset < datagram.count {
            let header = try NetlinkHeader(in: datagram, at: offset)
            let payload = datagram.extracting((offset + NetlinkHeader.size)..<(offset + header.length))
            offset += (header.length + 3) & ~3
            // An answer to somebody else, or to an earlier request that was given up, is not ours.
            guard header.sequence == sequence, header.port == port || header.port == 0 else { continue }
            if try body(header, payload) { return true }
        }
        return false
    }
}

extension NetlinkRequest {
    /// The same request with more flags.
    func adding(flags more: Int32) -> NetlinkRequest {
        NetlinkRequest(type: type, flags: Int32(flags) | more, header: payload)
    }
}
