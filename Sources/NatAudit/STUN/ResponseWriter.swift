internal import NetlinkBridge

/// Writes a response over the request that it answers: cookie and transaction stay where they are.
///
/// What finds no room is left out; the caller names what is needed most first.
struct ResponseWriter {
    private let request: STUNHeader
    /// The bytes that there are, FINGERPRINT's own not counted.
    private let room: Int
    /// The bytes that are written so far.
    private var count = STUNMessage.headerLength

    /// Begins a response of at most `limit` bytes.
    ///
    /// It has FINGERPRINT where the request had one.
    init(answering request: STUNHeader, limit: Int) {
        self.request = request
        room = limit - (request.hasFingerprint ? Fingerprint.attributeLength : 0)
    }

    /// Appends an attribute with an address in the clear.
    ///
    /// - Returns: whether there was room.
    @discardableResult
    mutating func add(
        _ kind: STUNAttribute.Kind,
        _ endpoint: Endpoint,
        to bytes: inout MutableSpan<UInt8>
    ) -> Bool {
        let length = endpoint.address.family == .ip ? 8 : 20
        guard let start = begin(kind, length, in: &bytes) else { return false }
        bytes[start] = 0
        bytes[start + 1] = endpoint.address.family == .ip ? 1 : 2
        bytes.write(endpoint.port, at: start + 2)
        switch endpoint.address {
        case .v4(let value): bytes.write(value, at: start + 4)
        case .v6(let high, let low):
            bytes.write(high, at: start + 4)
            bytes.write(low, at: start + 12)
        }
        return true
    }

    /// Appends PADDING of so many bytes, a multiple of 4, or fewer where there is less room; nothing where not even
    /// its header fits.
    mutating func addPadding(_ wanted: Int, to bytes: inout MutableSpan<UInt8>) {
        let length = min(wanted, room - count - 4)
        guard let start = begin(.padding, length, in: &bytes) else { return }
        // Else it would tell what somebody else had sent.
        for index in start..<start + length { bytes[index] = 0 }
    }

    /// Appends ERROR-CODE without a phrase, and UNKNOWN-ATTRIBUTES where there are any.
    ///
    /// Words would only make the answer longer than the request.
    ///
    /// - Returns: whether there was room.
    mutating func addError(_ code: Int, unknown: [UInt16], to bytes: inout MutableSpan<UInt8>) -> Bool {
        guard let start = begin(.errorCode, 4, in: &bytes) else { return false }
        bytes.write(UInt32(code / 100 * 256 + code % 100), at: start)
        guard let last = unknown.last else { return true }
        // RFC 3489 section 11.2.9 knows no padding: one of an odd number of attributes is named twice.
        let isOdd = !unknown.count.isMultiple(of: 2)
        let names = unknown.count + (isOdd && request.isRFC3489 ? 1 : 0)
        guard let start = begin(.unknownAttributes, 2 * names, in: &bytes) else { return false }
        for (index, name) in unknown.enumerated() { bytes.write(name, at: start + 2 * index) }
        if isOdd { bytes.write(request.isRFC3489 ? last : 0, at: start + 2 * unknown.count) }
        return true
    }

    /// Completes the response.
    ///
    /// - Returns: how many bytes it has.
    mutating func finish(_ kind: STUNMessageType.Class, in bytes: inout MutableSpan<UInt8>) -> Int {
        let total = count + (request.hasFingerprint ? Fingerprint.attributeLength : 0)
        bytes.write(STUNMessageType(.binding, kind).wireValue, at: 0)
        // RFC 8489 section 14.7: the length counts FINGERPRINT already when it is computed.
        bytes.write(UInt16(total - STUNMessage.headerLength), at: 2)
        guard request.hasFingerprint else { return total }
        let value = Fingerprint.value(over: bytes.span, upTo: count)
        bytes.write(STUNAttribute.Kind.fingerprint.rawValue, at: count)
        bytes.write(UInt16(4), at: count + 2)
        bytes.write(value, at: count + 4)
        return total
    }

    /// Writes an attribute's header; returns where its value begins, nil where there is no room for it.
    private mutating func begin(
        _ kind: STUNAttribute.Kind,
        _ length: Int,
        in bytes: inout MutableSpan<UInt8>
    ) -> Int? {
        let start = count + 4
        guard length >= 0, start + paddedLength(length) <= room else { return nil }
        bytes.write(kind.rawValue, at: count)
        bytes.write(UInt16(length), at: count + 2)
        count = start + paddedLength(length)
        return start
    }
}

extension MutableSpan where Element == UInt8 {
    /// Writes a number in network order at an offset that the caller has checked.
    mutating func write<Number: FixedWidthInteger & UnsignedInteger>(_ value: Number, at offset: Int) {
        for index in 0..<Number.bitWidth / 8 {
            self[offset + index] = UInt8(truncatingIfNeeded: value >> (Number.bitWidth - 8 - 8 * index))
        }
    }
}
