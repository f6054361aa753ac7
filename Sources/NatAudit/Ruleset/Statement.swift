public import NetlinkBridge

/// One step of a rule, in the order in which the kernel takes them.
///
/// What is large and rare stands apart (`indirect`): a chain may have tens of thousands of rules.
public enum Statement: Hashable, Sendable {
    /// Goes on with the rule only where the condition holds.
    case match(Condition)
    /// Translates the source and accepts.
    indirect case translateSource(SourceTranslation)
    /// Translates the destination and accepts.
    indirect case translateDestination(DestinationTranslation)
    /// Ends the rule with a verdict.
    case verdict(NftVerdict)
    /// Ends the rule with the verdict that a map holds for the operands; goes on where it holds none.
    case verdictMap([Operand], map: KernelName)
    /// Gives the packet or its flow another mark.
    indirect case mark(MarkAssignment)
    /// Keeps conntrack from looking at the packet, where it has not done so yet; the words are the statement's own.
    case untrack(String)
    /// Changes the packet or its flow in a way of which only is known what it may touch; the words are the statement's own.
    case change(PacketChange, words: String)
    /// Neither decides nor changes anything that matters here: counters, logs.
    case silent(String)
}
