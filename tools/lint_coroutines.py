#!/usr/bin/env python3
"""lint_coroutines.py [FILE...]: a co_await stands alone.

It may follow `=`, `co_return` or the beginning of a statement, and is the whole of what stands there.
In a condition, an argument list, a larger expression or a conditional expression it is refused: several
compilers get the life of its temporaries wrong, and readers get the order of things wrong.
"""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent

TOKEN = re.compile(
    r"""
      (?P<skip>\s+|//(?:\\\n|[^\n])*|/\*.*?\*/|^[ \t]*\#(?:\\\n|[^\n])*)
    | (?P<raw>(?:u8|[uUL])?R"(?P<delimiter>[^()\\\s]{0,16})\(.*?\)(?P=delimiter)")
    | (?P<string>(?:u8|[uUL])?"(?:\\.|[^"\\\n])*")
    | (?P<number>\.?\d(?:'?[\w.]|[eEpP][+-])*)
    | (?P<character>(?:u8|[uUL])?'(?:\\.|[^'\\\n])*')
    | (?P<word>[A-Za-z_]\w*)
    | (?P<mark>::|->|\+\+|--|<<=|>>=|<=>|&&|\|\||[-+*/%&|^=!<>]=|.)
    """,
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)

OPEN = {"(": ")", "[": "]", "{": "}"}
# A brace after one of these begins a block; elsewhere an initializer list, a part of an expression.
BEFORE_BLOCK = {")", "]", ";", "{", "}", "else", "do", "try", ":", ""}
BEFORE_BLOCK |= {"const", "noexcept", "mutable", "override", "final"}
BINARY = {"?", "&&", "||", "==", "!=", "+", "/", "%", "<=", ">=", "<=>", "|", "^", "-", "*"}


def tokens(text):
    """(token, line) of all that is not space, comment or preprocessor; strings are one '""'."""
    line = 1
    for match in TOKEN.finditer(text):
        kind = match.lastgroup if match.lastgroup != "delimiter" else "raw"
        if kind != "skip":
            yield ('""' if kind in ("raw", "string", "character") else match[0]), line
        line += match[0].count("\n")


class Scan:
    """Walks the tokens of one file and knows what each open bracket is."""

    def __init__(self, text):
        self.tokens = list(tokens(text))
        self.words = [token for token, _ in self.tokens]
        self.open = []  # "block", "control" (of if, while, switch, for), "other"
        self.closed_control = False  # the last `)` closed a control's parenthesis

    def breaches(self):
        for at, word in enumerate(self.words):
            if word == "co_await":
                reason = self.why_not(at)
                if reason:
                    yield self.tokens[at][1], reason
            self.step(at, word)

    def step(self, at, word):
        if word in OPEN:
            self.open.append(self.kind(at))
        elif word in OPEN.values() and self.open:
            self.closed_control = self.open.pop() == "control"

    def kind(self, at):
        before = self.words[at - 1] if at else ""
        if self.words[at] == "{":
            return "block" if before in BEFORE_BLOCK or self.ends_return_type(at) else "other"
        if before in ("if", "while", "switch", "for") or (before == "constexpr" and self.words[at - 2] == "if"):
            return "control"
        return "other"

    def ends_return_type(self, at):
        """Whether a trailing return type, `) -> T`, stands before AT."""
        for back in range(at - 1, 0, -1):
            word = self.words[back]
            if word == "->":
                return self.words[back - 1] in (")", "]", "mutable", "noexcept", "const")
            if not (word[0].isalnum() or word in ("_", "::", "<", ">", ",", "*", "&")):
                return False
        return False

    def in_conditional(self, at):
        """Whether the `:` before AT belongs to a `?` and not to a label."""
        for word in reversed(self.words[: at - 1]):
            if word in (";", "{", "}", "case", "default"):
                return False
            if word == "?":
                return True
        return False

    def why_not(self, at):
        """What is wrong with the co_await at AT; None if nothing."""
        before = self.words[at - 1] if at else ""
        if self.open and self.open[-1] == "control":
            return "in a condition"
        if self.open and self.open[-1] == "other":
            return "inside an expression or an argument list"
        if before == ")":
            return "as the bare branch of an if or a loop: give it braces" if self.closed_control else "after a cast"
        if before in ("else", "do"):
            return f"as the bare branch of {before}: give it braces"
        if before not in ("=", "co_return", ";", "{", "}", ":"):
            return f"after `{before}`: it must stand alone"
        if before == ":" and self.in_conditional(at):
            return "in a conditional expression"
        return self.what_follows(at)

    def what_follows(self, at):
        """The operand must reach to the end of its statement."""
        depth = 0
        for number, word in enumerate(self.words[at + 1 :]):
            if word in OPEN:
                depth += 1
            elif word in OPEN.values():
                depth -= 1
            if depth < 0:
                return "inside an expression"
            if depth == 0 and word == ";":
                return None
            if depth == 0 and number > 0 and word in BINARY:
                return f"as a part of a larger expression (`{word}`)"
        return None


def lint(text):
    """(line, sentence) of each co_await that does not stand alone."""
    for line, reason in Scan(text).breaches():
        yield line, f"co_await {reason}"


def main(names):
    if not names:
        listing = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", "*.h", "*.cc"]
        names = subprocess.run(listing, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split()
    found = 0
    for path in (ROOT / name for name in names):
        if path.exists():
            for line, breach in lint(path.read_text()):
                print(f"{path.relative_to(ROOT)}:{line}: {breach}")
                found += 1
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
