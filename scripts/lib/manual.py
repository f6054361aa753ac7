"""Turns what `nataudit --experimental-dump-help` prints into manual pages.

Usage: manual.py FOLDER < dump.json; SOURCE_DATE_EPOCH gives the pages' date.
"""

import json
import os
import sys
from datetime import datetime, timezone
from pathlib import Path

SECTION = "8"


def escaped(text):
    """Roff for literal text: no escapes, no requests at the start of a line, hyphens as they are typed."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return "\n".join("\\&" + line if line.startswith((".", "'")) else line for line in text.split("\n"))


def paragraph(text):
    """What is indented in the help, line by line, is an example: it keeps its lines."""
    if all(line.startswith(" ") for line in text.split("\n")):
        return f".nf\n{escaped(text)}\n.fi"
    return escaped(text)


def paragraphs(text):
    return "\n.PP\n".join(paragraph(part) for part in text.split("\n\n"))


def spelled(argument):
    value = argument.get("valueName", "value")
    if argument["kind"] == "positional":
        return f"\\fI{escaped(value)}\\fR"
    names = [("-" if name["kind"] == "short" else "--") + name["name"] for name in argument["names"]]
    text = ", ".join(f"\\fB{escaped(name)}\\fR" for name in names)
    return text + (f" \\fI{escaped(value)}\\fR" if argument["kind"] == "option" else "")


def synopsis(argument):
    text = spelled(argument).rsplit(", ", 1)[-1]
    text += "..." if argument["isRepeating"] else ""
    return f"[{text}]" if argument["isOptional"] else text


def visible(items):
    return [item for item in items if item.get("shouldDisplay", True)]


def page(command, name, version, date, related):
    arguments = visible(command.get("arguments", []))
    lines = [
        f'.TH "{name.upper()}" "{SECTION}" "{date}" "{version}" "System administration"',
        ".SH NAME", f"{escaped(name)} \\- {escaped(command.get('abstract', '').rstrip('.'))}",
        ".SH SYNOPSIS", f".B {escaped(name.replace('-', ' ', 1) if related == 'parent' else name)}",
    ]
    subcommands = [each for each in visible(command.get("subcommands", [])) if each["commandName"] != "help"]
    if subcommands:
        lines.append("\\fIcommand\\fR")
    lines += [synopsis(each) for each in arguments]
    if command.get("discussion"):
        lines += [".SH DESCRIPTION", paragraphs(command["discussion"])]
    if subcommands:
        lines.append(".SH COMMANDS")
        for each in subcommands:
            lines += [".TP", f"\\fB{escaped(each['commandName'])}\\fR", escaped(each.get("abstract", ""))]
    lines.append(".SH OPTIONS")
    for each in arguments:
        text = each.get("abstract", "")
        if each.get("defaultValue") is not None:
            text += f" Default: {each['defaultValue']}."
        lines += [".TP", spelled(each), escaped(text)]
    others = [f"{name}-{each['commandName']}" for each in subcommands] if subcommands else [name.split("-")[0]]
    lines += [".SH SEE ALSO", ",\n".join(f"\\fB{escaped(each)}\\fR({SECTION})" for each in others)]
    return "\n".join(lines) + "\n"


def main():
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    root = json.load(sys.stdin)["command"]
    date = datetime.fromtimestamp(int(os.environ["SOURCE_DATE_EPOCH"]), timezone.utc).strftime("%Y-%m-%d")
    program, version = root["commandName"], os.environ.get("VERSION", "")
    pages = {program: page(root, program, f"{program} {version}", date, "root")}
    for each in visible(root.get("subcommands", [])):
        if each["commandName"] != "help":
            name = f"{program}-{each['commandName']}"
            pages[name] = page(each, name, f"{program} {version}", date, "parent")
    for name, text in pages.items():
        (folder / f"{name}.{SECTION}").write_text(text, encoding="utf-8")


main()
