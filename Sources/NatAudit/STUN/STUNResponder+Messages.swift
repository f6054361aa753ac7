internal import NetlinkBridge

extension STUNResponder {
    /// The success response; nil where the limit, in bytes, does not even leave room for the mapped address.
    ///
    /// What comes first is needed most: what the limit leaves no room for is left out.
    func success(
        _ request: STUNMessage,
        mapped: Endpoint,
        origin: Endpoint,
        other: Endpoint?,
        padding: Int?,
        _ limit: Int
    ) -> STUNMessage? {
        let origin = discovery?.publicEndpoint(of: origin) ?? origin
        let other = other.map { discovery?.publicEndpoint(of: $0) ?? $0 }
        let isOld = request.isRFC3489
        let clear = STUNAttribute(.mappedAddress, endpoint: mapped)
        var attributes = [isOld ? clear : STUNAttribute(xorMapped: mapped, transaction: request.transaction)]
        if let other {
            // RFC 5780 section 6.1 wants all four; RFC 3489 section 8.1 its own three.
            attributes += [
                STUNAttribute(isOld ? .changedAddress : .otherAddress, endpoint: other),
                STUNAttribute(isOld ? .sourceAddress : .responseOrigin, endpoint: origin),
            ]
            if !isOld { attributes.append(clear) }
        }
        var response = answer(to: request, .success)
        for attribute in attributes where response.encodedCount + attribute.encodedCount <= limit {
            response.attributes.append(attribute)
        }
        guard response.attributes.first == attributes.first else { return nil }
        if let padding {
            // The padding and its header; `limit` and every length here are multiples of 4, but for a limit of none.
            let room = limit == .max ? padding : min(padding, limit - response.encodedCount - 4)
            if room >= 0 { response.attributes.append(STUNAttribute(padding: room)) }
        }
        return response
    }

    /// An error response; nil where it is longer than the limit.
    ///
    /// It has no phrase: the words would only make the answer longer than the request.
    func refusal(
        _ request: STUNMessage,
        _ code: Int,
        _ unknown: [STUNAttribute.Kind],
        _ limit: Int
    ) -> STUNMessage? {
        var response = answer(to: request, .error)
        if let error = STUNErrorCode(code) { response.attributes.append(STUNAttribute(error)) }
        if !unknown.isEmpty {
            // RFC 3489 section 11.2.9 knows no padding: one of an odd number of attributes is named twice.
            let twice = request.isRFC3489 && !unknown.count.isMultiple(of: 2) ? unknown.suffix(1) : []
            response.attributes.append(STUNAttribute(unknown: unknown + twice))
        }
        return response.encodedCount <= limit ? response : nil
    }

    /// A response without attributes: FINGERPRINT where the request had one, and what stood in the place of the magic
    /// cookie.
    private func answer(to request: STUNMessage, _ kind: STUNMessageType.Class) -> STUNMessage {
        STUNMessage(
            STUNMessageType(.binding, kind),
            transaction: request.transaction,
            hasFingerprint: request.hasFingerprint,
            cookie: request.cookie
        )
    }
}
