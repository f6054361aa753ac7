internal import NetlinkBridge

/// The blocks of one family that occur somewhere, each in the narrowest one that holds it.
///
/// Two blocks either lie one in the other or have nothing in common, so that sorting finds the tree.
struct AddressTree {
    /// One block.
    struct Node {
        let block: AddressBlock
        /// Tells whether it stays where it is.
        let isFixed: Bool
        /// Tells whether what is in it keeps its place within it.
        let isRigid: Bool
        /// The blocks directly in it, in the order of their addresses, as indices into `nodes`.
        var children: [Int] = []
    }

    /// The blocks, each before those in it; the first one holds all addresses of the family.
    private(set) var nodes: [Node] = []

    /// Makes the tree of blocks that occur, together with those that mean the same on every host.
    ///
    /// What is in a rigid block, which has to be one that occurs, keeps its place within it, unless the block itself stays.
    init(_ prefixes: some Sequence<Prefix>, rigid: Set<Prefix> = [], family: AddressFamily) {
        let rigid = Set(rigid.filter { $0.address.family == family }.map(AddressBlock.init))
        let kinds = AddressClasses.kinds(of: family).map(AddressBlock.init)
        let constants = AddressClasses.constants(of: family).map(AddressBlock.init)
        let occurring = prefixes.filter { $0.address.family == family }.map(AddressBlock.init)
        // What holds such a block is no secret, and could not move without it.
        let known = kinds + constants
        let blocks = Set(known + occurring).sorted { left, right in
            left.first == right.first ? left.extent > right.extent : left.first < right.first
        }
        var open: [Int] = []
        for block in blocks {
            while let last = open.last, !nodes[last].block.contains(block) { open.removeLast() }
            let isFixed = known.contains { block.contains($0) } || constants.contains { $0.contains(block) }
            let isInRigid = open.last.map { nodes[$0].isRigid } ?? false
            nodes.append(
                Node(block: block, isFixed: isFixed, isRigid: !isFixed && (isInRigid || rigid.contains(block)))
            )
            if let parent = open.last { nodes[parent].children.append(nodes.count - 1) }
            open.append(nodes.count - 1)
        }
    }
}
