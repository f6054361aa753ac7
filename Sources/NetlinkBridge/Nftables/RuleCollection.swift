/// Rules as they come from the kernel, one after the other, with what has to be known of all of them.
///
/// What is packed lies in stores that many rules share: an array for each of a hundred thousand would take as much room again.
struct RuleCollection {
    private(set) var rules: [NftRule] = []
    private(set) var survey = RuleSurvey()
    private var store: [UInt8] = []
    /// The rules from here on lie in the store that is being filled.
    private var unkept = 0

    /// A store is given to its rules when it holds so much.
    private static let storeSize = 64 * 1024

    /// Takes the rules of a chain next.
    mutating func begin(_ chain: NftChain) { survey.expect(chain.table, chain.name) }

    /// Decodes the payload of an NFT_MSG_NEWRULE message.
    mutating func add(_ payload: Span<UInt8>) throws(DecodingError) {
        rules.append(try NftRule(decoding: payload, &survey, into: &store))
        if store.count >= Self.storeSize { finish() }
    }

    /// Gives what was packed to its rules; to be called when all have come.
    mutating func finish() {
        for index in unkept..<rules.count { rules[index].keepProgram(in: store) }
        unkept = rules.count
        store = []
    }
}
