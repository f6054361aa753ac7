"""Runs a program on a terminal of its own and answers its question.

answer_on_terminal.py ANSWER PROGRAM [ARGUMENT...]

Prints what the program writes, types ANSWER (and, unless it is a control character, the return key) once the
program has asked with "[y/N]", and ends with the program's exit status.
"""

import os
import pty
import sys

answer, program = sys.argv[1], sys.argv[2:]
process, terminal = pty.fork()
if process == 0:
    os.execv(program[0], program)
written = b""
has_answered = False
while True:
    try:
        part = os.read(terminal, 4096)
    except OSError:
        # Linux reports the end of the other side as an error.
        break
    if not part:
        break
    written += part
    if not has_answered and b"[y/N]" in written:
        has_answered = True
        is_control = len(answer) == 1 and ord(answer) < 32
        os.write(terminal, answer.encode() + (b"" if is_control else b"\n"))
sys.stdout.buffer.write(written.replace(b"\r\n", b"\n"))
sys.stdout.flush()
sys.exit(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]))
