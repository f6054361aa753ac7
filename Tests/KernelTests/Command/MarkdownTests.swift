import Foundation
import NetlinkBridge
import Testing

@testable import NatAudit

/// A report that is pasted into a ticket, in which everything foreign has to stay text.
struct MarkdownTests {
    /// What GitHub and GitLab would make a mention, a reference, a link, an emoji or a formula of.
    private static let dangerous = [
        "@", "#", "~", "$", "!", "&", "<", ">", "[", "]", "|", "*", "_", "://", "www.", "\\", "`",
    ]

    private static func expectHarmless(_ prose: String, at location: SourceLocation = #_sourceLocation) {
        for sign in dangerous { #expect(!prose.contains(sign), "\(prose)", sourceLocation: location) }
        #expect(!prose.contains(/:[a-z0-9_+-]+:/), "\(prose)", sourceLocation: location)
    }

    /// Texts of all signs that mean something in Markdown.
    private static let texts: [String] = {
        var random = SplitMix64(seed: 17)
        let pieces = [
            "@all", "`", "``", "|", "\\", "\\|", "<b>", "</code>", "<!--", "-->", "*", "**x**", "_y_", "#1",
            "[a](http://e.x)",
            "![i](x)", "~~z~~", "$a$", "$`b`$", ":smile:", "&amp;", "&#64;x", "www.e.com", "http://e.com", "a@e.com",
            "-", "+", "1.",
            "2)", ">", "---", "===", "[^1]", "[ ]", "\"", "'", "é", "{x}", "(", ")", "word", "two-words", "10.0.0.1,",
            "IPv6.", "::",
            "`a b`", "(`c d`).", "`e`f", "g`h`",
        ]
        return (0..<400).map { _ in
            var text = ""
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                text += pieces[Int.random(in: pieces.indices, using: &random)]
                if Bool.random(using: &random) { text += " " }
            }
            return text.split(separator: " ").joined(separator: " ")
        }
    }()

    /// Where a text is put, with the lines that should be shown.
    enum Place: CaseIterable, Sendable {
        case sentence, code, table, block

        var markdown: [String] {
            switch self {
            case .sentence: texts.flatMap { [MarkdownText.sentence($0), ""] }
            case .code: texts.flatMap { ["x " + MarkdownText.code($0), ""] }
            case .table:
                MarkdownText.table(
                    ["a"],
                    texts.flatMap { [["y " + MarkdownText.code($0)], ["z " + MarkdownText.sentence($0)]] }
                )
            case .block: texts.flatMap { MarkdownText.block([$0], language: "sh") + [""] }
            }
        }

        var shown: [String] {
            switch self {
            // What stands between backticks is its author's code, which is shown without them.
            case .sentence: texts.map(unquoted)
            case .code: texts.map { "x " + $0 }
            case .table: ["a"] + texts.flatMap { ["y " + $0, unquoted("z " + $0)] }
            case .block: texts.map { $0 + "\n" }
            }
        }
    }

    @Test(arguments: Place.allCases) func whateverStandsInATextIsShown(_ place: Place) throws {
        let page = try RenderedMarkdown(place.markdown.joined(separator: "\n"))
        let allowed: Set = ["p", "code", "pre", "table", "thead", "tbody", "tr", "th", "td"]
        #expect(page.elements.isSubset(of: allowed), "\(page.elements)")
        for prose in page.prose { Self.expectHarmless(prose) }
        #expect(page.whole.map(Self.bare).filter { !$0.isEmpty } == place.shown.map(Self.bare).filter { !$0.isEmpty })
    }

    /// What a reader sees of words between backticks.
    private static func unquoted(_ text: String) -> String {
        text.replacing(/(^| )(\(*)`([^`]+)`(?=[,.;:)?]*( |$))/) { "\($0.1)\($0.2)\($0.3)" }
    }

    private static func bare(_ text: String) -> String {
        text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    @Test func aHostileRulesetStaysText() throws {
        let lab = try NATLab()
        let comment = "`@all` | <img src=x> [x](http://e.x) #1 **b** \\ :tada: $`y`$"
        let chain = "@a|`b`<i>*c*#2"
        let commands = #"""
            iptables-nft -t nat -N "$1"
            iptables-nft -t nat -A POSTROUTING -j "$1"
            iptables-nft -t nat -A "$1" -o wan -m comment --comment "$2" -j MASQUERADE --random-fully
            iptables-nft -t nat -A "$1" -o lan+ -m comment --comment "$2" -j MASQUERADE
            """#
        try lab.nat.require("sh", "-ec", commands, "sh", chain, comment)
        let run = try Program.run(["scan", "--no-stun", "--format", "markdown", "--verbose"], in: lab.nat.namespace)
        #expect(run.status == 1 && run.errors.isEmpty, "\(run.errors)")
        let page = try RenderedMarkdown(run.output)
        let allowed: Set = [
            "h2", "h3", "h4", "p", "strong", "table", "thead", "tbody", "tr", "th", "td", "ul", "li", "pre", "code",
        ]
        #expect(page.elements.isSubset(of: allowed), "\(page.elements.subtracting(allowed))")
        for prose in page.prose { Self.expectHarmless(prose.replacing("[]", with: "")) }
        // The rule as iptables-save prints it, in the finding, in the table of other rules, and in a path's steps.
        let rules = try RuleListing(.iptablesNft, on: lab.nat).lines.filter { $0.chain == chain }.map(\.text)
        try #require(rules.count == 2)
        for rule in rules { #expect(page.code.contains { $0.contains(rule) }, "\(rule)") }
        #expect(page.code.contains(chain))
    }

    /// The forms say the same: each finding, path and server is in both.
    @Test func nothingThatMattersIsLeftOut() async throws {
        try await inTurn {
            let lab = try NATLab()
            let servers = try lab.answerSTUN()
            try NATRule.awsVPCCNI().load(on: lab.nat)
            let (_, report) = try Program.scan(lab.nat, lab.probing)
            let run = try Program.run(["scan", "--format", "markdown"] + lab.probing, in: lab.nat.namespace)
            let page = try RenderedMarkdown(run.output)
            let text = page.whole.joined(separator: "\n")
            #expect(run.status == 1 && page.whole.map(Self.bare).contains("nataudit: hard"))
            for finding in report.findings { #expect(text.contains(finding.title) && text.contains("[\(finding.id)]")) }
            for rule in report.sourceNAT { #expect(page.code.contains { $0.contains(rule.text) }) }
            for server in report.probes.flatMap(\.servers) { #expect(page.code.contains(server.server)) }
            for limit in report.limits { #expect(page.whole.map(Self.bare).contains(limit)) }
            withExtendedLifetime(servers) {}
        }
    }
}
