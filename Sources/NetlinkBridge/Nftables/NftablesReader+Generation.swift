internal import CShims
internal import Glibc

extension NftablesReader {
    /// Asks for the number of the last committed change.
    public mutating func generation() throws(NetlinkError) -> Generation {
        var generation: Generation?
        let request = NetlinkRequest(
            subsystem: NFNL_SUBSYS_NFTABLES,
            message: UInt32(NFT_MSG_GETGEN.rawValue),
            flags: 0,
            family: 0
        )
        let operation = "ask for the generation of the nf_tables ruleset"
        try socket.exchange(request, operation: operation) { (_, payload) throws(DecodingError) in
            generation = try Generation(decoding: payload)
        }
        guard let generation else {
            throw NetlinkError(operation, .malformed(DecodingError(what: "no generation", offset: 0)))
        }
        return generation
    }

    /// The number of the last committed change, once all of that change is there.
    ///
    /// The kernel counts on before it makes a commit's changes, and goes on with them for milliseconds: who reads meanwhile
    /// finds new rules beside the old policies of chains and old elements, and the same number before and after. So a
    /// batch is begun that the kernel refuses, for it is planned on a number that has passed: it looks at that number
    /// under the lock that a commit holds to its end (nf_tables_valid_genid in net/netfilter/nf_tables_api.c).
    mutating func settledGeneration() throws(NetlinkError) -> Generation {
        let generation = try generation()
        if KernelSource.isReplayed { return generation }
        var begin = NetlinkRequest(
            subsystem: NFNL_SUBSYS_NONE,
            message: UInt32(NFNL_MSG_BATCH_BEGIN),
            flags: 0,
            family: 0,
            resource: UInt16(NFNL_SUBSYS_NFTABLES)
        )
        begin.append(NFNL_BATCH_GENID.rawValue, networkBytes(generation.previous.number))
        do throws(NetlinkError) {
            try socket.ask(begin, operation: "wait for the end of a change of nf_tables") {
                (_, _) throws(DecodingError) in
            }
        } catch {
            guard error.code == ERESTART else { throw error }
        }
        return generation
    }
}
