internal import NetlinkBridge

/// Takes out of texts what would tell whose host they are of, and leaves what tells how the host works.
///
/// Replaced are addresses of all kinds, wherever they stand; the names that were given; and what somebody wrote freely into
/// rules. Names of interfaces, tables, chains and sets stay, without the addresses in them: without those no rule could be
/// found again. Nothing is kept by which a stand-in could be led back.
struct Redaction {
    private let names: NameStandIns
    private var addresses = AddressStandIns([], using: SystemRandomNumberGenerator())
    /// The stand-ins of comments, by `key(_:)`.
    private var comments: [[UInt8]: String] = [:]
    /// The stand-ins of link layer addresses.
    private var hardware: [[UInt8]: [UInt8]] = [:]

    /// What a redacted report says of itself.
    static let notice =
        "redacted: addresses, comments, and names of hosts, namespaces and servers are stand-ins, the same one for an original "
        + "wherever it stands; a stand-in address may be another host's"

    /// A part of a text.
    private enum Piece {
        case plain(ArraySlice<UInt8>)
        case free(ArraySlice<UInt8>)
        case mention(AddressMention)
    }

    /// Chooses stand-ins for what occurs in the texts; comments that stand by themselves come beside them.
    init(
        _ texts: [String],
        comments loose: [String],
        names: NameStandIns,
        using generator: some RandomNumberGenerator
    ) {
        self.names = names
        var occurring: Set<Prefix> = []
        for comment in loose { note(comment: names.replacing(Array(comment.utf8))[...]) }
        for text in texts {
            for piece in Self.pieces(of: names.replacing(Array(text.utf8))) {
                switch piece {
                case .plain: break
                case .free(let bytes): note(comment: bytes)
                case .mention(let mention):
                    occurring.formUnion(mention.prefixes)
                    if case .hardware(let bytes, _) = mention.content { note(hardware: bytes) }
                }
            }
        }
        addresses = AddressStandIns(occurring, using: generator)
    }

    /// The text with stand-ins; it has to be one of those that the stand-ins were chosen for.
    func text(_ text: String) -> String {
        Self.pieces(of: names.replacing(Array(text.utf8))).map { piece in
            switch piece {
            case .plain(let bytes): String(decoding: bytes, as: UTF8.self)
            case .free(let bytes): comments[Self.key(bytes)] ?? "comment"
            case .mention(let mention): self.text(of: mention)
            }
        }.joined()
    }

    /// The stand-in of a comment that stands by itself.
    func comment(_ comment: String) -> String {
        comments[Self.key(names.replacing(Array(comment.utf8))[...])] ?? "comment"
    }

    private func text(of mention: AddressMention) -> String {
        switch mention.content {
        case .address(let address, let length, let form):
            form.text(mention.standIn(for: address, length: length, in: addresses))
        case .number: "0x(withheld)"
        case .hardware(let bytes, let separator):
            (hardware[bytes] ?? []).map { $0 < 16 ? "0" + String($0, radix: 16) : String($0, radix: 16) }
                .joined(separator: separator.map { String(Unicode.Scalar($0)) } ?? "")
        }
    }

    private static func pieces(of text: [UInt8]) -> [Piece] {
        var pieces: [Piece] = []
        var position = 0
        func addPlain(upTo end: Int) {
            let part = Array(text[position..<end])
            var begin = 0
            for mention in AddressScanner.mentions(in: part) {
                pieces += [.plain(part[begin..<mention.range.lowerBound]), .mention(mention)]
                begin = mention.range.upperBound
            }
            pieces.append(.plain(part[begin...]))
        }
        for range in FreeText.ranges(in: text) {
            addPlain(upTo: range.lowerBound)
            pieces.append(.free(text[range]))
            position = range.upperBound
        }
        addPlain(upTo: text.count)
        return pieces
    }

    private mutating func note(comment: ArraySlice<UInt8>) {
        let key = Self.key(comment)
        guard comments[key] == nil else { return }
        // What a program writes on every host tells whose rule it is, and nothing of the host.
        let text = String(decoding: comment, as: UTF8.self)
        comments[key] = OwnerCatalogue.commentSign(of: text) == text ? text : "comment-\(comments.count + 1)"
    }

    /// A comment as it is told from others, whichever way it is escaped.
    private static func key(_ comment: ArraySlice<UInt8>) -> [UInt8] { comment.filter { $0 != UInt8(ascii: "\\") } }

    /// Numbers link layer addresses, as locally administered ones (IEEE 802); those that no host has for itself stay.
    private mutating func note(hardware bytes: [UInt8]) {
        guard hardware[bytes] == nil else { return }
        let isCommon = bytes.allSatisfy { $0 == 0 } || bytes.allSatisfy { $0 == 0xFF }
        let number = UInt32(hardware.count + 1)
        let end = IPAddress.v4(number).networkBytes
        hardware[bytes] = isCommon ? bytes : [2] + Array(repeating: 0, count: bytes.count - 5) + end
    }
}
