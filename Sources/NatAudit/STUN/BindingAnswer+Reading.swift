internal import NetlinkBridge

extension BindingAnswer {
    /// What a success or error response to a Binding request means.
    static func reading(_ response: STUNMessage, from source: Endpoint, roundTrip: Duration?) -> Result<
        BindingAnswer, BindingFailure
    > {
        do {
            if response.type.messageClass == .error { return .failure(try refusal(in: response)) }
            // RFC 8489 section 6.3.3: a success response with required attributes that are not known is
            // discarded and the transaction has failed.
            let unknown = response.unknownRequired(knowing: comprehended)
            if !unknown.isEmpty { return .unusable(.unknownAttributes(unknown)) }
            guard let mapped = try response.mappedEndpoint() else { return .unusable(.noMappedAddress) }
            guard mapped.port != 0, !mapped.address.isUnspecified else {
                return .unusable(.impossibleMappedAddress(mapped))
            }
            return .success(
                BindingAnswer(
                    mapped: mapped,
                    source: source,
                    roundTrip: roundTrip,
                    software: response.software,
                    // RFC 3489 calls the same thing CHANGED-ADDRESS.
                    otherAddress: response.endpoint(.otherAddress) ?? response.endpoint(.changedAddress),
                    responseOrigin: response.endpoint(.responseOrigin)
                )
            )
        } catch {
            return .unusable(.malformed(error))
        }
    }

    private static func refusal(in response: STUNMessage) throws(STUNDecodingError) -> BindingFailure {
        guard let error = try response.errorCode() else { return .unusableAnswer(.noErrorCode) }
        return .errorResponse(error)
    }

    /// What a success response may hold: servers of RFC 3489 times add its addresses, which say nothing that
    /// is used.
    private static let comprehended: Set<STUNAttribute.Kind> = STUNAttribute.Kind.requiredByRFC8489.union([
        .responseAddress, .changeRequest, .sourceAddress, .changedAddress, .reflectedFrom, .padding,
        .responsePort,
    ])
}

extension Result where Success == BindingAnswer, Failure == BindingFailure {
    static func unusable(_ answer: BindingFailure.UnusableAnswer) -> Self {
        .failure(.unusableAnswer(answer))
    }
}
