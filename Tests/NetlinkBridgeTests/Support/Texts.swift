import NetlinkBridge
import Testing

/// An address that stands in a test.
func address(_ text: String) throws -> IPAddress { try #require(IPAddress(text)) }

/// A prefix that stands in a test.
func prefix(_ text: String) throws -> Prefix { try #require(Prefix(text)) }

/// An endpoint that stands in a test.
func endpoint(_ text: String) throws -> Endpoint { try #require(Endpoint(text)) }
