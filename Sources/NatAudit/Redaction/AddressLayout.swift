/// Chooses by chance where blocks stand in for the ones that occur.
///
/// A stand-in has the size of the original. It lies in the stand-in of what the original lies in, and before that of what
/// the original lies before: so prefixes keep their contents, ranges their ends, and nothing else of the original's bits is
/// left. Nobody can undo that who does not have the choices, which are not kept.
struct AddressLayout<Generator: RandomNumberGenerator> {
    private let tree: AddressTree
    private var generator: Generator
    /// The first address of each block's stand-in, by the block's index in the tree.
    private var places: [UInt128]
    /// The blocks that move, in the order of their addresses.
    private let moving: [AddressBlock]

    /// How often a place is drawn again that some original has.
    private static var tries: Int { 16 }
    /// How many places are drawn from at most: short IPv6 addresses are read more easily than long ones.
    private static var choice: UInt128 { (1 << 32) - 1 }

    /// Chooses a place for every block.
    init(_ tree: AddressTree, using generator: Generator) {
        self.tree = tree
        self.generator = generator
        places = tree.nodes.map(\.block.first)
        moving = tree.nodes.filter { !$0.isFixed }.map(\.block)
        // Each node stands before those in it, so that its own place is known.
        for index in tree.nodes.indices {
            for _ in 0..<Self.tries {
                placeChildren(of: index)
                // Those that were placed first may have left only the original's place for another one.
                if !tree.nodes[index].children.contains(where: { isMisplaced($0, in: index) }) { break }
            }
        }
    }

    /// The stand-in of every block of the tree.
    var standIns: [(original: AddressBlock, standIn: AddressBlock)] {
        tree.nodes.indices.map { index in
            let block = tree.nodes[index].block
            return (block, AddressBlock(first: places[index], extent: block.extent))
        }
    }

    private mutating func placeChildren(of parent: Int) {
        let block = tree.nodes[parent].block
        let children = tree.nodes[parent].children
        guard let first = children.first, let last = children.last else { return }
        let (start, end) = (places[parent], places[parent] + block.extent)
        if tree.nodes[parent].isRigid {
            for child in children { places[child] = start + (tree.nodes[child].block.first - block.first) }
            return
        }
        // The first and the last address of a block keep that meaning (a network's own, its broadcast), and nobody gets it anew.
        var low = start + (tree.nodes[first].block.first == block.first ? 0 : min(1, block.extent))
        let high = end - (tree.nodes[last].block.last == block.last ? 0 : min(1, block.extent))
        var run: [Int] = []
        for child in children {
            guard let place = place(of: child, in: block, start, end) else {
                run.append(child)
                continue
            }
            if !run.isEmpty { placeRun(run[...], low, place - 1) }
            run = []
            places[child] = place
            let childEnd = place + tree.nodes[child].block.extent
            // Behind the last address there is no other.
            guard childEnd < end else { return }
            low = childEnd + 1
        }
        placeRun(run[...], low, high)
    }

    /// The place that a block has to have; nil where it is free.
    private func place(of child: Int, in parent: AddressBlock, _ start: UInt128, _ end: UInt128) -> UInt128? {
        let node = tree.nodes[child]
        if node.isFixed { return node.block.first }
        guard node.block.extent == 0 else { return nil }
        if node.block.first == parent.first { return start }
        return node.block.first == parent.last ? end : nil
    }

    /// Places blocks in their order within these addresses: the middle one anywhere where the others still fit, then both
    /// halves.
    private mutating func placeRun(_ run: ArraySlice<Int>, _ low: UInt128, _ high: UInt128) {
        guard !run.isEmpty else { return }
        let half = run.startIndex + run.count / 2
        let block = tree.nodes[run[half]].block
        // Packed as tightly as possible from the one side, and from the other.
        var earliest = low
        for index in run[..<half] {
            earliest = tree.nodes[index].block.place(from: earliest) + tree.nodes[index].block.extent + 1
        }
        var latest = high
        for index in run[(half + 1)...].reversed() { latest = tree.nodes[index].block.place(upTo: latest) - 1 }
        let place = draw(block, from: block.place(from: earliest), to: block.place(upTo: latest))
        places[run[half]] = place
        placeRun(run[..<half], low, place - (half == run.startIndex ? 0 : 1))
        guard half + 1 < run.endIndex else { return }
        placeRun(run[(half + 1)...], place + block.extent + 1, high)
    }

    /// Draws a place for a block, one that no original has if there are others.
    private mutating func draw(_ block: AddressBlock, from earliest: UInt128, to latest: UInt128) -> UInt128 {
        let bits = UInt128(block.extent.nonzeroBitCount)
        let choices = min((latest - earliest) >> bits, Self.choice)
        var place = earliest
        for _ in 0..<Self.tries {
            place = earliest + UInt128.random(in: 0...choices, using: &generator) << bits
            if !holdsOriginal(AddressBlock(first: place, extent: block.extent)) { break }
        }
        return place
    }

    /// Tells whether a block stands where an original does, although it could stand elsewhere.
    private func isMisplaced(_ index: Int, in parent: Int) -> Bool {
        let outer = tree.nodes[parent].block
        let (start, end) = (places[parent], places[parent] + outer.extent)
        guard !tree.nodes[parent].isRigid, place(of: index, in: outer, start, end) == nil else { return false }
        return holdsOriginal(AddressBlock(first: places[index], extent: tree.nodes[index].block.extent))
    }

    /// Tells whether a block that moves, and is no larger, lies in this one where it is now.
    private func holdsOriginal(_ block: AddressBlock) -> Bool {
        var (low, high) = (moving.startIndex, moving.endIndex)
        while low < high {
            let middle = (low + high) / 2
            if moving[middle].first < block.first { low = middle + 1 } else { high = middle }
        }
        // Larger ones can only begin where this one does.
        return moving[low...].prefix { $0.first <= block.last }.contains { $0.extent <= block.extent }
    }
}

extension AddressBlock {
    /// Where a block of this size may begin at the earliest, from an address on.
    fileprivate func place(from address: UInt128) -> UInt128 { (address + extent) & ~extent }

    /// Where it may begin at the latest to end at an address, or before.
    fileprivate func place(upTo address: UInt128) -> UInt128 { (address - extent) & ~extent }
}
