internal import Glibc

extension SystemError {
    /// Tells whether a datagram was longer than what could be taken (EMSGSIZE).
    public var isOversizedDatagram: Bool { code == EMSGSIZE }

    /// Tells whether somebody else has the address and port (EADDRINUSE).
    public var isAddressInUse: Bool { code == EADDRINUSE }
}
