import NatAudit
import NetlinkBridge

/// A script that is played on a scene, with what the model says of it.
struct ModelRun {
    let scene: EasyScene
    var model = MappingModel()
    var clients: [Endpoint: SceneSocket] = [:]
    var services: [UInt16: SceneSocket] = [:]
    /// Who has asked name servers before it had a mapping, or met a flow of somebody who had: towards these servers there is no
    /// promise.
    var astray: Set<Endpoint> = []
    /// When each flow began.
    var beginnings: [[Endpoint]: [ContinuousClock.Instant]] = [:]
    /// What the model does not allow, a line each.
    var faults: [String] = []
    /// How often something was seen that the test is about.
    var tally = Tally()

    struct Tally {
        var sent = 0
        var answered = 0
        var unsolicited = 0
        var excused = 0
        var hasty = 0
        var mappings = 0
        var drawn = 0
    }

    /// After so many faults the rest says nothing new.
    private static let enough = 3

    /// Opens the host's services on a scene with a translation, and sends from each of them but the first.
    init(_ script: ModelScript, on scene: EasyScene, loading load: () throws -> Void) throws {
        self.scene = scene
        for port in script.services { try open(port) }
        try load()
        try scene.setFlowTimeout(2)
        for port in script.services.dropFirst() { try hostSends(port, EasyScene.server(10)) }
    }

    /// Plays all steps.
    mutating func play(_ script: ModelScript) throws {
        for (number, step) in script.steps.enumerated() where faults.count < Self.enough {
            let before = faults.count
            try take(step)
            for index in before..<faults.count { faults[index] = "step \(number), \(step): \(faults[index])" }
        }
        for endpoint in model.mappings.keys.sorted(by: { "\($0)" < "\($1)" }) where faults.count < Self.enough {
            try send(endpoint, EasyScene.server(13))
        }
        (tally.mappings, tally.drawn) = (model.mappings.count, model.drawn)
    }

    private mutating func take(_ step: ModelStep) throws {
        switch step {
        case .send(let client, let server): try send(client, server)
        case .query(let client): try send(client, EasyScene.server(12, 53), claims: false)
        case .answer(let client, let server): try answer(client, server)
        case .stranger(let server, let port): try disturb(server, port)
        case .peerFirst(let client, let server):
            if let port = model.mappings[client] { try disturb(server, port) }
        case .hostSends(let port, let server): try hostSends(port, server)
        case .hostHears(let port, let server): try hostHears(port, server)
        case .hostCloses(let port): services[port] = nil
        case .reload(let number): try reload(number)
        case .forget(let client): try forget(client)
        case .reopen(let client):
            clients[client] = nil
            _ = try socket(client)
        case .silence: try scene.waitForEndOfFlows()
        }
    }
}
