@testable import NetlinkBridge

/// Expressions as libnftnl prints them, which `nft --debug=netlink` shows: register data in words of the host's order.
enum NetlinkListing {
    static func line(_ expression: NftExpression) -> String { "[ \(text(expression)) ]" }

    private static func text(_ expression: NftExpression) -> String {
        switch expression {
        case .payload(let load):
            let header = ["link", "network", "transport"][Int(load.base)]
            return
                "payload load \(load.length)b @ \(header) header + \(load.offset) => \(register(load.into))"
        case .meta(let key, let into): return "meta load \(key.name) => \(register(into))"
        case .metaSet(let key, let from): return "meta set \(key.name) with \(register(from))"
        case .conntrack(let key, let direction, let into):
            let name = key.name == "ip saddr" ? "src_ip" : key.name
            let way = direction.map { " , dir \($0 == 0 ? "original" : "reply")" } ?? ""
            return "ct load \(name) => \(register(into))\(way)"
        case .conntrackSet(let key, let from): return "ct set \(key.name) with \(register(from))"
        case .compare(let from, let comparison, let data):
            let words = ["eq", "neq", "lt", "lte", "gt", "gte"]
            return "cmp \(words[Int(comparison.rawValue)]) \(register(from)) \(hex(data))"
        case .range(let from, let low, let high, let inverted):
            return "range \(inverted ? "neq" : "eq") \(register(from)) \(hex(low)) \(hex(high))"
        case .bitwise(let from, let into, let mask, let xor):
            return "bitwise \(register(into)) = ( \(register(from)) & \(hex(mask)) ) ^ \(hex(xor))"
        case .byteOrder(let from, let into, let size, let length):
            return "byteorder \(register(into)) = hton(\(register(from)), \(size), \(length))"
        case .immediate(let data, let into): return "immediate \(register(into)) \(hex(data))"
        case .verdict(let verdict): return "immediate reg 0 \(word(verdict))"
        case .lookup(let from, let set, let into, _):
            return "lookup \(register(from)) set \(set)\(into.map { " d\(register($0))" } ?? "") 0x0"
        default: return ending(expression)
        }
    }

    private static func ending(_ expression: NftExpression) -> String {
        switch expression {
        case .nat(let nat):
            let places = [
                ("addr_min", nat.addressMin), ("addr_max", nat.addressMax), ("proto_min", nat.portMin),
                ("proto_max", nat.portMax),
            ]
            let verb = nat.isDestination ? "dnat" : "snat"
            return "nat \(verb) \(nat.family)\(registers(places)) flags \(hex(nat.flags.rawValue))"
        case .masquerade(let translation): return "masq" + ports(translation)
        case .redirect(let translation): return "redir" + ports(translation)
        case .fib(_, let flags, let into):
            return "fib \(flags == 1 ? "saddr" : "daddr") type => \(register(into))"
        case .socket(let key, let into):
            return "socket load \(NftSocketKey.words[key] ?? "") => \(register(into))"
        case .numberGenerator(let generator, let into):
            return
                "numgen \(register(into)) = \(generator.isRandom ? "random" : "inc") mod \(generator.modulus)"
        case .hash(let hash, let into):
            let from = hash.from.map(register) ?? ""
            return "hash \(register(into)) = jhash(\(from), \(hash.length), 0x0) % mod \(hash.modulus)"
        case .limit(let limit):
            let unit = limit.unit == 60 ? "minute" : "second"
            return
                "limit rate \(limit.rate)/\(unit) burst \(limit.burst) type packets flags 0x\(limit.isInverted ? 1 : 0)"
        case .reject(let type, let code): return "reject type \(type) code \(code)"
        case .log(let log): return "log prefix \(log.prefix ?? "") level \(log.level ?? 4)"
        case .counter(let packets, let bytes): return "counter pkts \(packets) bytes \(bytes)"
        case .match(let match): return "match name \(match.name) rev \(match.revision)"
        case .target(let target): return "target name \(target.name) rev \(target.revision)"
        case .quota(let bytes, let inverted): return "quota bytes \(bytes) consumed 0 flags \(inverted ? 1 : 0)"
        case .feature(.headerOption(let option), let into):
            let header = ["ipv6", "tcpopt", "ipv4"][Int(option.header)]
            let presence = option.asksForPresence ? " present" : ""
            return
                "exthdr load \(header) \(option.length)b @ \(option.type) + \(option.offset)\(presence) => \(register(into))"
        case .other(let name, _): return "\(name)"
        default: return "?"
        }
    }

    private static func ports(_ translation: NftPortTranslation) -> String {
        let places = [("proto_min", translation.portMin), ("proto_max", translation.portMax)]
        return registers(places) + " flags \(hex(translation.flags.rawValue))"
    }

    private static func registers(_ places: [(String, NftRegister?)]) -> String {
        places.compactMap { name, place in place.map { " \(name) \(register($0))" } }.joined()
    }

    /// The number that the kernel dumps: 1 to 4 where it begins a register of 16 bytes.
    private static func register(_ register: NftRegister) -> String {
        "reg \(register.word % 4 == 0 ? register.word / 4 : register.word + 4)"
    }

    private static func word(_ verdict: NftVerdict) -> String {
        switch verdict {
        case .jump(let chain): "jump -> \(chain)"
        case .goto(let chain): "goto -> \(chain)"
        default: "\(verdict)"
        }
    }

    private static func hex(_ number: UInt32) -> String { "0x" + String(number, radix: 16) }

    private static func hex(_ data: [UInt8]) -> String {
        stride(from: 0, to: data.count, by: 4).map { start in
            let word = data[start..<min(start + 4, data.count)].reversed().reduce(UInt32(0)) {
                $0 << 8 | UInt32($1)
            }
            let digits = String(word, radix: 16)
            return "0x" + String(repeating: "0", count: 8 - digits.count) + digits
        }.joined(separator: " ")
    }
}
