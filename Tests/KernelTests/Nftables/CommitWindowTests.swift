import Foundation
import NatAudit
import NetlinkBridge
import Testing

/// Reading while a commit is under way.
///
/// The kernel counts the generation on before it makes a commit's changes: chains' policies and the elements of
/// concatenated intervals are the last to change. Who reads in between sees the new number and the old values.
struct CommitWindowTests {
    @Test func aCommitIsSeenWholeOrNotAtAll() async throws {
        try await onOwnThread {
            let host = try RulesNamespace()
            try host.load(Self.start)
            // Whoever listens is told of every change by the commit, which takes the longer for it.
            let listener = try LabTool.start(["sh", "-c", "exec nft monitor > /dev/null"], in: host.namespace)
            let writer = try LabTool.start(["sh", "-c", Self.loop], in: host.namespace)
            let seen = try host.namespace.perform {
                var seen: [UInt32: Int] = [:]
                var reader = try NftablesReader()
                let clock = ContinuousClock()
                let end = clock.now.advanced(by: .seconds(3))
                while clock.now < end {
                    do throws(NetlinkError) {
                        let read = try reader.ruleset()
                        let state = State(read)
                        #expect(state?.isWhole == true, "generation \(read.generation): \(String(describing: state))")
                        seen[read.generation.number, default: 0] += 1
                    } catch {
                        #expect(error.isInterruption, "\(error)")
                    }
                }
                return seen
            }
            for child in [writer, listener] { child.end() }
            print("commit window: \(seen.values.reduce(0, +)) snapshots of \(seen.count) generations")
            #expect(seen.count > 10)
        }
    }

    /// What one commit changes together: a rule, a chain's policy, an element.
    private struct State {
        let comment: String
        let policy: UInt32?
        let firstBytes: [UInt8]

        init?(_ read: NftRuleset) {
            guard let comment = read.rules.first?.userData.comment, let chain = read.chains.first else { return nil }
            self.comment = String(decoding: comment, as: UTF8.self)
            policy = chain.hook?.policy
            firstBytes = read.sets.flatMap(\.elements).compactMap(\.key.first)
        }

        var isWhole: Bool {
            comment == "first" && policy == 1 && firstBytes == [10]
                || comment == "second" && policy == 0 && firstBytes == [20]
        }
    }

    private static let start = """
        table ip t {
            set s { type ipv4_addr . inet_service; flags interval; elements = { 10.0.0.0-10.0.0.9 . 1-2 }; }
            chain c { type filter hook forward priority 0; policy accept; counter comment "first"; }
        }
        """

    /// Commits the two states by turns, each commit made long by what it adds and takes away again.
    private static let loop = """
        commit() {
            {
                echo "add table ip ballast; add chain ip ballast c"
                yes "add rule ip ballast c counter" | head -n 2000
                echo "delete table ip ballast"
                echo "flush set ip t s; flush chain ip t c"
                echo "chain ip t c { type filter hook forward priority 0; policy $2; }"
                echo "add rule ip t c counter comment \\"$1\\""
                echo "add element ip t s { $3.0.0.0-$3.0.0.9 . 1-2 }"
            } | nft -f -
        }
        while commit second drop 20 && commit first accept 10; do :; done
        """
}
