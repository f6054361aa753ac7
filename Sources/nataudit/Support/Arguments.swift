public import ArgumentParser
public import NatAudit
public import NetlinkBridge

// Values that are read from the command line by their own text form; a text that is none is wrong usage.

extension STUNServerName: ExpressibleByArgument {}

extension IPAddress: ExpressibleByArgument {}

extension Finding.Severity: ExpressibleByArgument {}

extension Prefix: ExpressibleByArgument {}

extension Endpoint: ExpressibleByArgument {}
