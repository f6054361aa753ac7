/// Any JSON value, to go through all of a document.
enum JSONValue: Hashable {
    case null
    case bool(Bool)
    case integer(Int64)
    /// What `Int64` cannot hold.
    case natural(UInt64)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    /// The value with every text in it changed that does not stand under one of the keys, by a function of the key above it.
    func mapping(except kept: Set<String>, key: String = "", _ change: (String, _ key: String) -> JSONValue)
        -> JSONValue
    {
        switch self {
        case .null, .bool, .integer, .natural, .number: self
        case .string(let text): change(text, key)
        case .array(let values): .array(values.map { $0.mapping(except: kept, key: key, change) })
        case .object(let values):
            .object(
                Dictionary(
                    uniqueKeysWithValues: values.map { key, value in
                        (key, kept.contains(key) ? value : value.mapping(except: kept, key: key, change))
                    }
                )
            )
        }
    }
}

extension JSONValue: Codable {
    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if value.decodeNil() {
            self = .null
        } else if let text = try? value.decode(String.self) {
            self = .string(text)
        } else if let values = try? value.decode([String: JSONValue].self) {
            self = .object(values)
        } else if let values = try? value.decode([JSONValue].self) {
            self = .array(values)
        } else if let truth = try? value.decode(Bool.self) {
            self = .bool(truth)
        } else if let number = try? value.decode(Int64.self) {
            self = .integer(number)
        } else if let number = try? value.decode(UInt64.self) {
            self = .natural(number)
        } else {
            self = .number(try value.decode(Double.self))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var value = encoder.singleValueContainer()
        switch self {
        case .null: try value.encodeNil()
        case .bool(let truth): try value.encode(truth)
        case .integer(let number): try value.encode(number)
        case .natural(let number): try value.encode(number)
        case .number(let number): try value.encode(number)
        case .string(let text): try value.encode(text)
        case .array(let values): try value.encode(values)
        case .object(let values): try value.encode(values)
        }
    }
}
