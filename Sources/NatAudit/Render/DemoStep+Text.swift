internal import NetlinkBridge

extension DemoStep {
    /// The step for a person: its number (from 1) and title, the command, what was seen, a picture of the ports.
    public func text(number: Int, _ style: TextStyle = .plain) -> String {
        var lines = [style.text("\(number). \(title)", as: .strong)]
        if let command { lines.append(style.text("   $ \(command)", as: .faint)) }
        if let exhibit {
            lines.append("")
            lines += exhibit.split(separator: "\n", omittingEmptySubsequences: false).map { "   \($0)" }
        }
        if !flows.isEmpty { lines += [""] + picture(style) }
        if !narration.isEmpty {
            lines.append("")
            lines += narration.flatMap { $0.wrapped(at: 100) }.map { "   \($0)" }
        }
        if let verdict { lines += ["", "   verdict: \(style.text(verdict))"] }
        if let failure { lines += ["", style.text("   FAILED: \(failure)", as: .bad)] }
        return lines.joined(separator: "\n") + "\n"
    }

    /// One line for each flow: the socket, the NAT's conntrack entry, the server and what it saw.
    private func picture(_ style: TextStyle) -> [String] {
        guard let client = flows.first?.client else { return [] }
        let own = "\(client)"
        let heads = [own, "NAT (conntrack)", "server", "saw"]
        let rows = flows.map { flow in
            [
                "", flow.translatedHere.map { "\($0)" } ?? "no entry", flow.server,
                flow.seen.map { "\($0)" } ?? "no answer",
            ]
        }
        let widths = heads.indices.map { column in ([heads] + rows).map { $0[column].count }.max() ?? 0 }
        let cell = { (text: String, column: Int) in
            text + String(repeating: " ", count: max(0, widths[column] - text.count))
        }
        let head =
            "   client" + String(repeating: " ", count: max(0, own.count - 6)) + "      "
            + cell("NAT (conntrack)", 1) + "      " + cell("server", 2) + "   saw"
        return [style.text(head, as: .faint)]
            + rows.enumerated().map { index, row in
                let branch =
                    rows.count == 1 ? "───" : index == 0 ? "─┬─" : index == rows.count - 1 ? " └─" : " ├─"
                let start = index == 0 ? own : String(repeating: " ", count: own.count)
                return "   \(start) \(branch)▶ \(cell(row[1], 1)) ───▶ \(cell(row[2], 2))   \(row[3])"
            }
    }
}

extension String {
    /// The text in lines of at most `width` characters, broken at spaces; a longer word stands alone.
    func wrapped(at width: Int) -> [String] {
        guard count > width, !hasPrefix("  ") else { return [self] }
        var lines: [String] = []
        var line = ""
        for word in split(separator: " ") {
            if !line.isEmpty, line.count + 1 + word.count > width {
                lines.append(line)
                line = ""
            }
            line += line.isEmpty ? String(word) : " \(word)"
        }
        return line.isEmpty ? lines : lines + [line]
    }
}
