import Foundation
import NatAudit
import NetlinkBridge
import Testing

/// The firewall managers of Debian, run themselves: they stop, start and load their rules again beside a fix, which stays and
/// wins, and they find their rules as they left them.
struct FirewallTests {
    @Test func ufwIsReloadedDisabledAndEnabledBesideAFix() async throws {
        try await inTurn {
            let lab = try FixLab()
            let ufw = try UFW(lab)
            try ufw.run("enable")
            try ufw.run("reload")
            let before = try CoexistenceTests.Listing(lab.nat)
            #expect(before.tables.contains("ufw-user-forward") && before.tables.contains("--random-fully"))
            try lab.expectKept(false, port: 42_099)
            try expectApplied(try lab.fix("--override-owner"))
            #expect(try CoexistenceTests.Listing(lab.nat) == before)
            try ufw.run("reload")
            #expect(try CoexistenceTests.Listing(lab.nat) == before)
            try lab.expectEasy(port: 42_100)
            try ufw.run("disable")
            #expect(try CoexistenceTests.Listing(lab.nat) != before)
            try lab.expectEasy(port: 42_101)
            try ufw.run("enable")
            #expect(try CoexistenceTests.Listing(lab.nat) == before)
            try lab.expectEasy(port: 42_102)
            #expect(try lab.undo().status == 0)
            #expect(try CoexistenceTests.Listing(lab.nat) == before)
            #expect(try !lab.hasTable())
            try lab.expectKept(false, port: 42_103)
        }
    }

    @Test func firewalldIsReloadedAndRestartedBesideAFix() async throws {
        try await inTurn {
            let lab = try FixLab()
            let firewalld = try Firewalld(lab)
            try firewalld.start()
            try firewalld.command("--reload")
            let before = try CoexistenceTests.Listing(lab.nat)
            #expect(before.nft.contains("nat_POST_external") && before.tables.contains("--random-fully"))
            try lab.expectKept(false, port: 42_099)
            try expectApplied(try lab.fix("--override-owner"))
            #expect(try CoexistenceTests.Listing(lab.nat) == before)
            try firewalld.command("--reload")
            #expect(try CoexistenceTests.Listing(lab.nat) == before)
            try lab.expectEasy(port: 42_100)
            try firewalld.stop()
            #expect(try lab.hasTable())
            #expect(try !CoexistenceTests.Listing(lab.nat).nft.contains("nat_POST_external"))
            try firewalld.start()
            #expect(try CoexistenceTests.Listing(lab.nat) == before)
            try lab.expectEasy(port: 42_101)
            #expect(try lab.undo().status == 0)
            #expect(try CoexistenceTests.Listing(lab.nat) == before)
            #expect(try !lab.hasTable())
            try lab.expectKept(false, port: 42_102)
        }
    }
}
