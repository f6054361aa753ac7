internal import CShims

extension RoutingRule {
    /// A condition on a packet's mark.
    public struct MarkMatch: Hashable, Sendable {
        /// What the masked mark must be.
        public let value: UInt32
        /// The bits that are compared.
        public let mask: UInt32

        /// Makes a condition; without a mask every bit is compared.
        public init(value: UInt32, mask: UInt32 = .max) {
            self.value = value
            self.mask = mask
        }

        /// Tells whether a packet with this mark fulfils the condition.
        public func matches(_ mark: UInt32) -> Bool { (mark ^ value) & mask == 0 }
    }

    /// What a rule does (linux/fib_rules.h, FR_ACT_*).
    public enum Action: Hashable, Sendable {
        /// Looks into the table; where that has no route, the next rule is tried.
        case lookup
        /// Goes on at the rule of that priority.
        case goto(priority: UInt32)
        /// Nothing: the next rule is tried.
        case nothing
        case blackhole, unreachable, prohibit
        /// Looks into the table of the VRF that the packet came in by or leaves by.
        case lookupVRF
        /// An action that is newer than this program.
        case other(UInt8)
    }

    /// What the kernel says of a rule (linux/fib_rules.h, FIB_RULE_*); all others are kept.
    public struct Flags: OptionSet, Hashable, Sendable {
        /// The bits.
        public let rawValue: UInt32
        /// Makes a set from the kernel's bits.
        public init(rawValue: UInt32) { self.rawValue = rawValue }

        /// The rule is for the packets that do not fulfil its conditions.
        public static let inverted = Flags(FIB_RULE_INVERT)
        /// The rule to go on at does not exist: the action does nothing.
        public static let unresolved = Flags(FIB_RULE_UNRESOLVED)
        /// The incoming interface does not exist: the condition does not hold.
        public static let inInterfaceMissing = Flags(FIB_RULE_IIF_DETACHED)
        /// The outgoing interface does not exist: the condition does not hold.
        public static let outInterfaceMissing = Flags(FIB_RULE_OIF_DETACHED)

        private init(_ bits: Int32) { rawValue = UInt32(bitPattern: bits) }
    }
}
