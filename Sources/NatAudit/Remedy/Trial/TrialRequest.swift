internal import NetlinkBridge

/// What the process that holds a trial is given on its standard input.
struct TrialRequest: Sendable, Codable {
    /// When the kernel is to end it, in milliseconds since the boot.
    let deadline: Int64
    /// The changes that begin the trial: they make tables that go with the socket that made them.
    ///
    /// The order to begin has the generation on which they are planned by then.
    let begin: NftBatch
    /// The changes that put lasting tables in the place of those.
    let keep: NftBatch
    /// For how many seconds a claim of the tables' mappings lives; nil where they have none.
    let lifetime: Int?
}

/// What the process that holds a trial is told by `fix`, a message each.
enum TrialOrder: Hashable, Sendable, Codable {
    /// The undo record is written: begin, on this generation. It is told again, with the next one, where that was over.
    case begin(Generation)
    /// The change has proven itself: go on without `fix`.
    case stay

    /// The message.
    func encoded() throws -> [UInt8] { Array(try JSONText.encode(self).utf8) }

    /// The order of a message; nil where it is none.
    init?(_ message: [UInt8]) {
        guard let order = try? JSONText.decode(TrialOrder.self, from: String(decoding: message, as: UTF8.self)) else {
            return nil
        }
        self = order
    }
}

/// What the process that holds a trial answers when it was told to begin.
enum TrialAnswer: Sendable, Codable {
    /// What became of the changes.
    case commit(NftCommit)
    /// Why they were not sent, in a sentence.
    case failed(String)

    /// The answer without more refusals than are looked at: it has to fit one message.
    var shortened: TrialAnswer {
        guard case .commit(.refused(let refusals)) = self else { return self }
        return .commit(.refused(Array(refusals.prefix(16))))
    }
}
