internal import FoundationEssentials

/// Reports as JSON text: keys sorted, indented, one newline at the end.
public enum JSONText {
    /// The JSON text of a value.
    ///
    /// - Throws: `EncodingError` where the value holds a number that JSON has no form for.
    public static func encode(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self) + "\n"
    }

    /// The value that a JSON text holds.
    ///
    /// - Throws: `DecodingError` where the text is not JSON or not of that shape.
    public static func decode<Value: Decodable>(_ type: Value.Type, from text: String) throws -> Value {
        try JSONDecoder().decode(type, from: Data(text.utf8))
    }
}

extension KeyedDecodingContainer {
    /// The value that the text under a key stands for; nil for null.
    func decodeText<Value: LosslessStringConvertible>(_ type: Value.Type, _ key: Key) throws -> Value? {
        guard let text = try decode(String?.self, forKey: key) else { return nil }
        guard let value = Value(text) else {
            throw Swift.DecodingError.dataCorruptedError(
                forKey: key,
                in: self,
                debugDescription: "\(text.debugDescription) is not what belongs here"
            )
        }
        return value
    }
}
