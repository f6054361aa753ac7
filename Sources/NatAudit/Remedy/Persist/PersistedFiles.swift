internal import NetlinkBridge

/// The files that make a fix outlive a boot, with their exact texts.
enum PersistedFiles {
    /// The folder of the script.
    static let folder = "/etc/nataudit"
    /// The script's name there.
    static let script = "fix.nft"
    /// The script's path.
    static let scriptPath = "\(folder)/\(script)"

    private static let sysctls = (folder: "/etc/sysctl.d", name: "90-nataudit.conf")
    private static let units = "/etc/systemd/system"
    private static let wants = "\(units)/multi-user.target.wants"
    private static let unit = "nataudit-fix.service"

    /// Where each of them is, whatever it holds.
    static let places: [(folder: String, name: String)] = [
        (folder, script), sysctls, (units, unit), (wants, unit),
    ]

    /// All of them, the link that enables the unit last: until it is there, none of the others does anything by itself but the
    /// kernel parameter.
    ///
    /// - Parameters:
    ///   - tables: the tables, fit to be kept as text.
    ///   - parameters: the kernel parameters that were set, in that order, of plain names.
    ///   - program: the absolute path of the program that restores.
    ///   - state: the folder of the records, of plain names; nil for the usual one.
    /// - Returns: the script first, the link last.
    static func all(
        _ tables: [PlannedTable],
        _ parameters: [PlannedParameter],
        program: String,
        state: String?
    ) -> [PersistedFile] {
        // A command in a text has to find the records too.
        let undo = (state.map { "NATAUDIT_STATE=\($0) " } ?? "") + "nataudit undo"
        return [PersistedFile(folder: folder, name: script, content: text(of: tables, parameters, undo))]
            + (parameters.isEmpty
                ? []
                : [PersistedFile(folder: sysctls.folder, name: sysctls.name, content: text(of: parameters, undo))])
            + [
                PersistedFile(folder: units, name: unit, content: unitText(program, state, undo)),
                PersistedFile(
                    folder: wants,
                    name: unit,
                    content: "\(units)/\(unit)",
                    isLink: true
                ),
            ]
    }

    private static func text(of tables: [PlannedTable], _ parameters: [PlannedParameter], _ undo: String) -> String {
        let paths =
            [scriptPath, "\(units)/\(unit)"] + (parameters.isEmpty ? [] : ["\(sysctls.folder)/\(sysctls.name)"])
        let header =
            [
                "Written by nataudit fix --masquerade --persist. At boot \(unit) puts these tables back",
                "with `nataudit fix --restore`; what is changed here counts from then on.",
                "`\(undo)` removes the tables and these files. By hand, without nataudit:",
                "  systemctl disable \(unit)",
                "  rm \(paths.joined(separator: " "))",
            ] + tables.map { "  nft delete table \($0.family) \(PlannedTable.name)" }
            + parameters.reversed().map { "  sysctl -w \($0.name)=\($0.unset)" }
        return NftComments(header).text + tables.map { "\n" + $0.lines.joined(separator: "\n") + "\n" }.joined()
    }

    private static func text(of parameters: [PlannedParameter], _ undo: String) -> String {
        let lines =
            [
                "# Written by nataudit fix --masquerade --persist; `\(undo)` removes it.",
                "# The NAT of \(scriptPath) forwards for other hosts.",
            ] + parameters.map { "\($0.name) = \($0.value)" }
        return lines.joined(separator: "\n") + "\n"
    }

    /// It needs the whole ruleset's loaders behind it, and nothing else: interfaces are named in the rules, and may come later.
    private static func unitText(_ program: String, _ state: String?, _ undo: String) -> String {
        // Folders that the unit otherwise finds read-only are among those that may be named.
        let named = state.map { "Environment=NATAUDIT_STATE=\($0)\nReadWritePaths=-\($0)\n" } ?? ""
        return """
            # Written by nataudit fix --masquerade --persist; `\(undo)` removes it.

            [Unit]
            Description=NAT fix of \(scriptPath)
            Documentation=man:nataudit-fix(8)
            # After all that loads or flushes rules at boot: Debian's nftables.conf begins with "flush ruleset".
            # No PartOf= and no ReloadPropagatedFrom=: who stops or reloads a firewall later wants those rules
            # and no others. The loss is not fought over; "nataudit scan" reports it (fix-missing).
            After=network.target nftables.service firewalld.service ufw.service netfilter-persistent.service
            After=iptables.service ip6tables.service docker.service fck-nat.service

            [Service]
            Type=oneshot
            RemainAfterExit=yes
            \(named)ExecStart=\(program) fix --restore --yes
            TimeoutStartSec=90
            NoNewPrivileges=yes
            ProtectSystem=full
            ProtectHome=read-only

            [Install]
            WantedBy=multi-user.target

            """
    }
}
