/// A Binding request as a server reads it, where it lies: without memory of its own, but for the attributes that are
/// refused.
struct BindingRequest {
    /// What stands before the attributes.
    let header: STUNHeader
    /// The attributes that must be comprehended and are not, each once, in their order.
    private(set) var unknown: [UInt16] = []

    // The first of each counts (RFC 8489 section 14).
    private var change: Range<Int>?
    private var responsePort: Range<Int>?
    private var padding: Range<Int>?

    /// Reads a datagram; nil where it is no Binding request.
    ///
    /// - Parameters:
    ///   - bytes: the datagram.
    ///   - known: what is comprehended, each attribute that must be.
    init?(_ bytes: borrowing Span<UInt8>, knowing known: Set<STUNAttribute.Kind>) {
        var change: Range<Int>?
        var responsePort: Range<Int>?
        var padding: Range<Int>?
        var unknown: [UInt16] = []
        let header = try? STUNHeader(walking: bytes, acceptingRFC3489: true) { kind, range in
            guard kind.isComprehensionRequired else { return }
            guard known.contains(kind) else {
                if !unknown.contains(kind.rawValue) { unknown.append(kind.rawValue) }
                return
            }
            switch kind {
            case .changeRequest: change = change ?? range
            case .responsePort: responsePort = responsePort ?? range
            case .padding: padding = padding ?? range
            default: break
            }
        }
        guard let header, header.type == STUNMessageType(.binding, .request) else { return nil }
        self.header = header
        self.unknown = unknown
        self.change = change
        self.responsePort = responsePort
        self.padding = padding
    }

    /// What the request asks of its answer (RFC 5780 section 6.1).
    struct Wish: Hashable {
        /// From where it is to come.
        let change: ChangeRequest
        /// To which port it is to go; nil for the one that the request came from.
        let port: UInt16?
        /// How many bytes of PADDING it is to hold, a multiple of 4; nil for none at all.
        let padding: Int?
    }

    /// Reads what the request asks for.
    ///
    /// - Throws: `STUNDecodingError` for what is to be refused as a bad request: a value of the wrong shape, port 0, and
    ///   RESPONSE-PORT together with PADDING, which would send many bytes where nobody asked for them.
    func wish(in bytes: borrowing Span<UInt8>) throws(STUNDecodingError) -> Wish {
        var port: UInt16?
        if let range = responsePort {
            // The RFC counts two more bytes to the value; who takes them for padding says 2 instead of 4.
            guard range.count == 4 || range.count == 2 else { throw STUNDecodingError(.wrongLength, at: range.count) }
            let number = bytes.bigEndian16(at: range.lowerBound)
            guard number != 0, padding == nil else { throw STUNDecodingError(.invalidValue, at: 0) }
            port = number
        }
        var change = ChangeRequest()
        if let range = self.change { change = try ChangeRequest(at: range, in: bytes) }
        return Wish(change: change, port: port, padding: padding.map { min(paddedLength($0.count), Self.mostPadding) })
    }

    /// The bytes of PADDING at most.
    ///
    /// RFC 5780 section 7.6 wants the outgoing interface's MTU: that of Ethernet is what the internet carries, and no
    /// more bytes than the request brought are what no forger gains from.
    static let mostPadding = 1500
}
