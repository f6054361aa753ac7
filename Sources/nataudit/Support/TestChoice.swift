internal import ArgumentParser
internal import NatAudit

/// What `--tests` names: tests beside the mapping, comma-separated.
struct TestChoice: ExpressibleByArgument {
    /// The tests, the mapping among them.
    let tests: Set<BehaviorTest>

    /// Those that take a second or less.
    static let usual = TestChoice(tests: BehaviorTest.usual)

    private init(tests: Set<BehaviorTest>) { self.tests = tests }

    /// The tests that a text names; nil where one of them does not exist, which is wrong usage.
    init?(argument: String) {
        let names = argument.split(separator: ",", omittingEmptySubsequences: false)
        let tests = names.compactMap { BehaviorTest(rawValue: String($0)) }
        guard tests.count == names.count else { return nil }
        self.init(tests: Set(tests).union([.mapping]))
    }

    var defaultValueDescription: String {
        BehaviorTest.allCases.filter(tests.contains).map(\.rawValue).joined(separator: ",")
    }
}

extension ArgumentHelp {
    /// The help of `--tests`.
    static var tests: ArgumentHelp {
        ArgumentHelp(
            "What to test, comma-separated, instead of what is usual: mapping (always), filtering and inbound-first "
                + "(together), collision, hairpin, lifetime (takes minutes).",
            valueName: "names"
        )
    }
}
