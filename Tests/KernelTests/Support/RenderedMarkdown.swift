import Foundation
import NatAudit
import NetlinkBridge
import Testing

/// Markdown as GitHub's own renderer (cmark-gfm) makes HTML of it, before it looks for mentions and references.
struct RenderedMarkdown: Decodable {
    /// The elements, each once.
    let elements: Set<String>
    /// The text of each block that is no code, in which such a page goes on to look for mentions and references.
    let prose: [String]
    /// The text of each block with its code.
    let whole: [String]
    /// The pieces of code.
    let code: [String]

    /// Renders.
    init(_ markdown: String) throws {
        let here = try NetworkNamespace.current()
        let extensions = ["table", "strikethrough", "autolink", "tagfilter", "tasklist", "footnotes"].flatMap {
            ["-e", $0]
        }
        // HTML is kept, as GitHub keeps it until it cleans the page.
        let html = try LabTool.require(["cmark-gfm", "--unsafe"] + extensions, in: here, input: markdown)
        let json = try LabTool.require(["python3", "-c", Self.script], in: here, input: html)
        self = try JSONDecoder().decode(RenderedMarkdown.self, from: Data(json.utf8))
    }

    private static let script = """
        import html.parser, json, sys
        BLOCKS = {"p", "li", "td", "th", "h1", "h2", "h3", "h4", "h5", "h6", "pre"}
        class Reader(html.parser.HTMLParser):
            def __init__(self):
                super().__init__(convert_charrefs=True)
                self.elements, self.prose, self.whole, self.code, self.depth = set(), [""], [""], [], 0
            def handle_starttag(self, tag, attributes):
                self.elements.add(tag)
                if tag in BLOCKS:
                    self.prose.append("")
                    self.whole.append("")
                if tag == "code":
                    self.depth += 1
                    self.code.append("")
            def handle_endtag(self, tag):
                if tag == "code": self.depth -= 1
            def handle_comment(self, data):
                if data != " ": self.elements.add("!--")
            def handle_data(self, data):
                self.whole[-1] += data
                if self.depth: self.code[-1] += data
                else: self.prose[-1] += data
        reader = Reader()
        reader.feed(sys.stdin.read())
        json.dump({"elements": sorted(reader.elements), "prose": reader.prose, "whole": reader.whole, "code": reader.code},
                  sys.stdout)
        """
}
