internal import Glibc

extension SystemError {
    /// Tells whether a datagram was longer than what could be taken (EMSGSIZE).
    public var isOversizedDatagram: Bool { code == EMSGSIZE }
}
