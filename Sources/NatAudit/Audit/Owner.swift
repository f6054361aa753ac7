/// The program that wrote a rule, told by the names and comments that it uses.
public struct Owner: Hashable, Sendable {
    /// The name that reports use, such as `aws-vpc-cni`.
    public let name: String
    /// How its own switch makes the rule harmless, one remedy for each way of installing it; empty where it has no
    /// switch that is known.
    public let remedies: [Remedy]
    /// What happens to a repair that goes past it, in one sentence; nil where nothing is known.
    public let revert: String?

    /// Recognises the owner of a rule; nil where nothing tells.
    ///
    /// A comment is written by whoever wrote the rule, so that this is a hint for a person and decides nothing by itself
    /// but whether `fix` wants `--override-owner`.
    init?(of rule: Rule, in place: ChainPlace) {
        let chain = "\(place.chain)"
        let comment = rule.comment.map { String(decoding: $0, as: UTF8.self) } ?? ""
        // The text is written anew each time that it is asked for, and few signs stand in it.
        lazy var text = rule.text
        let sign = OwnerCatalogue.signs.first { sign in
            sign.chainPrefixes.contains { chain.hasPrefix($0) }
                || sign.commentPrefixes.contains { comment.hasPrefix($0) }
                || sign.tables.contains("\(place.table)")
                || !sign.phrases.isEmpty && sign.isSpoken(in: text)
        }
        guard let sign else { return nil }
        self = sign.owner
    }

    /// Makes an owner; `OwnerCatalogue` does.
    init(_ name: String, remedies: [Remedy] = [], revert: String? = nil) {
        self.name = name
        self.remedies = remedies
        self.revert = revert
    }
}
