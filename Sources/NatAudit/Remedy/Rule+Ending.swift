extension Rule {
    /// The statement that ends the rule; nil where none does.
    var ending: Statement? {
        statements.first { statement in
            switch statement {
            case .translateSource, .translateDestination, .verdict, .verdictMap: true
            case .match, .mark, .untrack, .change, .silent: false
            }
        }
    }
}
