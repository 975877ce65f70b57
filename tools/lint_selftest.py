#!/usr/bin/env python3
"""Shows that our linters report bad examples and pass good ones. Silent when they do."""

import pathlib
import subprocess
import sys
import tempfile

import lint_coroutines
import lint_fuzzed
import lint_layers

ROOT = pathlib.Path(__file__).resolve().parent.parent

GOOD_COROUTINES = [
    "Async<> f() { co_await g(); }",
    "Async<> f() { auto x = co_await g(std::move(a), 1); if (!x) co_return fail(x); }",
    "Async<> f() { co_return co_await g(); }",
    "Async<> f() const override { const auto [a, b] = co_await g<int, char>(*p->q); }",
    "auto h = [&]() -> asio::awaitable<Result<void>> { co_await g(); };",
    "spawn(executor, [this] { return run(); }, [](int) mutable -> Async<> { x = co_await g(); });",
    "Async<> f() { switch (n) { case 1: co_await g(); break; default: co_await h(); } }",
    "Async<> f() { for (;;) { co_await g(); } while (true) { auto y = co_await *timer; } }",
    "Async<> f() { if (x) { co_await g(); } else { co_await h(); } }",
    '// if (co_await g()) {}\nconst char* s = "f(co_await g())"; auto r = R"x(h(co_await g()))x";',
    "/* (co_await g()) */ Async<> f() { x = 1'000; co_await g(); char c = '('; co_await g(); }",
    "#define AWAIT(x) (co_await (x))\nAsync<> f() { co_await g(); }",
]
BAD_COROUTINES = [
    "Async<> f() { if (co_await g()) { } }",
    "Async<> f() { if (auto x = co_await g(); x) { } }",
    "Async<> f() { while (co_await g()) { } }",
    "Async<> f() { for (auto x : co_await g()) { } }",
    "Async<> f() { switch (co_await g()) { } }",
    "Async<> f() { h(co_await g()); }",
    "Async<> f() { auto x = TRY(co_await g()); }",
    "Async<> f() { auto x = (co_await g()).value(); }",
    "Async<> f() { auto x = a ? co_await g() : b; }",
    "Async<> f() { auto x = a ? b : co_await g(); }",
    "Async<> f() { auto x = co_await g() ? 1 : 2; }",
    "Async<> f() { auto x = co_await g() + 1; }",
    "Async<> f() { bool x = a && co_await g(); }",
    "Async<> f() { return_value = !co_await g(); }",
    "Async<> f() { auto x = T{co_await g()}; }",
    "Async<> f() { p->q = T{co_await g()}; }",
    "Async<> f() { T x{co_await g()}; }",
    "Async<> f() { auto x = a[co_await g()]; }",
    "Async<> f() { if (x) co_await g(); }",
    "Async<> f() { if (x) { } else co_await g(); }",
    "Async<> f() { (void)co_await g(); }",
    "Async<> f() { auto h = [x = co_await g()] { }; }",
    "Async<> f() { x += co_await g(); }",
    "co_return_type f() { co_return 1 + co_await g(); }",
]

# (path, content); each is a breach by itself.
BAD_LAYERS = [
    ("src/base/a.h", '#include "core/video.h"'),
    ("src/core/a.h", '#include "net/http.h"'),
    ("src/hls/a.cc", '#include "bmff/box.h"'),
    ("src/blob/a.cc", '#include "catalog/catalog.h"'),
    ("src/queue/a_test.cc", '#include "notify/webhook.h"'),
    ("src/api/a.cc", '#include "catalog/sql_catalog.h"'),
    ("src/worker/a.cc", '#include "blob/directory.h"'),
    ("src/api/a.cc", '#include "worker/relay.h"'),
    ("src/mill/a.cc", '#include "db/sqlite.h"'),
    ("src/mill/a.cc", '#include "net/http.h"'),
    ("src/av/a.cc", '#include "sandbox/child.h"'),
    ("src/plan/a.cc", '#include "plan.h"'),
    ("src/worker/a.cc", "#include <libavcodec/avcodec.h>"),
    ("src/catalog/a.cc", "#include <sqlite3.h>"),
    ("src/api/a.cc", "#include <boost/beast.hpp>"),
    ("src/queue/a.cc", "#include <boost/json.hpp>"),
    ("src/plan/a.cc", "#include <boost/asio.hpp>"),
    ("src/blob/a.cc", "#include <openssl/ssl.h>"),
    ("src/net/a.cc", "  #  include <spdlog/spdlog.h>"),
    ("src/mill/a.cc", "#include <seccomp.h>"),
    ("src/worker/a.cc", '#include "fakes/memory_store.h"'),
    ("src/net/inner/a.cc", ""),
    ("src/utils/a.cc", ""),
    ("src/hls/CMakeLists.txt", "vodmill_folder(hls PURE DEPS core plan)"),
    ("src/mill/CMakeLists.txt", "vodmill_folder(mill DEPS core av net)"),
    ("src/api/CMakeLists.txt", "vodmill_folder(api DEPS net LIBS PkgConfig::SQLITE)"),
    ("src/plan/CMakeLists.txt", "vodmill_folder(hls)"),
]
GOOD_LAYERS = [
    ("src/core/a.h", "#include <boost/asio/awaitable.hpp>\n#include <vector>\n#include \"base/error.h\""),
    ("src/av/a.cc", '#include <libavcodec/avcodec.h>\n#include "plan/plan.h"'),
    ("src/api/a.cc", '#include "net/http.h"\n#include "tus/tus.h"\n#include "core/catalog.h"'),
    ("src/app/a.cc", '#include "catalog/sql_catalog.h"\n#include "worker/relay.h"\n#include <CLI/CLI.hpp>'),
    ("src/worker/a_test.cc", '#include "fakes/memory_store.h"\n#include <gtest/gtest.h>'),
    ("src/catalog/CMakeLists.txt", "vodmill_folder(catalog DEPS core db TEST_DEPS fakes)"),
]

GOOD_FUZZED = [
    "// Reads.\n// Fuzzed by: fuzz/a_fuzz.cc\nResult<A> parse_a(std::string_view text);",
    "// Not fuzzed: the operator alone writes it.\nResult<A> read_a(ByteView bytes);",
    "Result<A> read_object(int folder, const BlobKey& key);",
    "// parse_a(std::string_view text) stands elsewhere.\nvoid write_a(std::string_view text);",
    "class P {\n public:\n  int all() const;\n\n private:\n  Result<> take_apart(Bytes bytes);\n};",
    "Result<A> read_a(int n);\nvoid write_a(int n, std::string_view text);",
]
BAD_FUZZED = [
    "Result<A> parse_a(std::string_view text);",
    "// Not fuzzed: no.\nResult<A> parse_a(std::string_view text);",
    "// Fuzzed by: tests/a_test.cc\nResult<A> decode_a(Frame frame);",
    "struct P { Result<Event> next(ByteView& input); };",
    "std::optional<int> preferred_wait(const net::Headers& headers);",
    "Result<A> a_from_json(std::string_view text);",
    "Result<std::optional<A>> read_a(std::optional<std::string_view> text);",
    "Result<A> read_a(Creation& creation,\n                 std::string_view text);",
    "class P {\n public:\n  Result<A> read_a(int n, Bytes bytes);\n\n private:\n  int n_;\n};",
]

BAD_TIDY = """
#include <string>
#include <utility>
namespace vodmill {
struct Base { virtual ~Base() = default; virtual int f(); };
struct Derived : Base { int f(); };
int BadName(std::string s) { std::string t = std::move(s); return static_cast<int>(s.size()); }
}
"""
TIDY_FINDS = ["modernize-use-override", "readability-identifier-naming", "bugprone-use-after-move"]


def layers(path, content):
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / path
        file.parent.mkdir(parents=True)
        file.write_text(content + "\n")
        return list(lint_layers.lint(pathlib.Path(folder)))


def tidy():
    (ROOT / ".cache").mkdir(exist_ok=True)
    with tempfile.NamedTemporaryFile("w", suffix=".cc", dir=ROOT / ".cache") as file:
        file.write(BAD_TIDY)
        file.flush()
        command = [sys.executable, ROOT / "tools" / "tidy.py", "--file", file.name]
        said = subprocess.run(command, capture_output=True, text=True).stdout
    return [check for check in TIDY_FINDS if check not in said]


def main():
    wrong = [f"passed, but is bad: {text}" for text in BAD_COROUTINES if not list(lint_coroutines.lint(text))]
    wrong += [f"refused, but is good: {text}" for text in GOOD_COROUTINES if list(lint_coroutines.lint(text))]
    wrong += [f"passed, but is bad: {case}" for case in BAD_LAYERS if not layers(*case)]
    wrong += [f"refused, but is good: {case}" for case in GOOD_LAYERS if layers(*case)]
    wrong += [f"passed, but is bad: {text}" for text in BAD_FUZZED if not lint_fuzzed.lint_header(text)]
    wrong += [f"refused, but is good: {text}" for text in GOOD_FUZZED if lint_fuzzed.lint_header(text)]
    wrong += [f"clang-tidy did not report {check}" for check in tidy()]
    print("\n".join(f"lint_selftest: {line}" for line in wrong) + "\n" if wrong else "", end="")
    return 1 if wrong else 0


sys.exit(main())
