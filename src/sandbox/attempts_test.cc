// The sandbox against real attempts: once as the user who runs the tests, and, if that is the
// superuser, once as an ordinary one.
#include "sandbox/attempts.h"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <map>

#include "sandbox/attempt_verdict.h"

namespace vodmill::sandbox {
namespace {

namespace fs = std::filesystem;

struct Line {
  bool stopped = false;
  std::string by;
  std::string how;
};

using Lines = std::map<std::string, Line>;

struct SelfTest {
  Lines lines;
  Layers layers;
};

// Where every user may run a copy of this program.
class PublicCopy {
 public:
  PublicCopy() {
    char pattern[] = "/tmp/vodmill-sandbox-XXXXXX";
    folder_ = ::mkdtemp(pattern);
    fs::permissions(folder_, fs::perms(0755));
    fs::copy_file("/proc/self/exe", program());
  }
  ~PublicCopy() { fs::remove_all(folder_); }
  std::string program() const { return folder_ / "self_test"; }

 private:
  fs::path folder_;
};

class Attempts : public testing::TestWithParam<bool> {
 protected:
  bool superuser() const { return !GetParam() && ::geteuid() == 0; }

  void SetUp() override {
    if (GetParam() && ::geteuid() != 0) GTEST_SKIP() << "already an ordinary user";
  }

  SelfTest run(const LockdownOptions& options, const std::string& attempt = "") {
    std::string command =
        copy_.program() + " self-test '" + json::serialize(to_json(options)) + "' " + attempt;
    if (GetParam()) command = "setpriv --reuid=65534 --regid=65534 --clear-groups " + command;
    std::string text;
    FILE* pipe = ::popen(command.c_str(), "r");
    char buffer[4096];
    while (const std::size_t got = std::fread(buffer, 1, sizeof buffer, pipe)) {
      text.append(buffer, got);
    }
    EXPECT_EQ(::pclose(pipe), 0) << command;
    return parse(text);
  }

  static SelfTest parse(const std::string& text) {
    SelfTest run;
    const auto value = parse_json(text);
    if (!value) return run;
    for (const json::value& item : value->as_array()) {
      const json::object& report = item.as_object();
      run.layers = layers_from_json(report.at("layers").as_object()).value();
      const json::value& by = report.at("by");
      run.lines[std::string(report.at("attempt").as_string())] =
          Line{report.at("stopped").as_bool(), by.is_string() ? std::string(by.as_string()) : "",
               std::string(report.at("how").as_string())};
    }
    return run;
  }

  // Off: everything but `layer` and what it cannot do without.
  LockdownOptions only(Layer layer) const {
    LockdownOptions options;
    for (Layer other : all_layers()) options.off.insert(other);
    const auto keep = [&](Layer kept) { options.off.erase(kept); };
    keep(layer);
    if (layer == Layer::seccomp || layer == Layer::landlock) keep(Layer::no_new_privs);
    if (layer == Layer::empty_root) keep(Layer::mount_namespace);
    if (!superuser() && (layer == Layer::empty_root || is_namespace(layer))) {
      keep(Layer::user_namespace);
    }
    return options;
  }

  PublicCopy copy_;
};

TEST_P(Attempts, AreAllStoppedByALayerWhenAllLayersAreOn) {
  const SelfTest run = this->run({});
  EXPECT_EQ(run.lines.size(), all_attempts().size());
  for (const auto& [attempt, line] : run.lines) {
    EXPECT_TRUE(line.stopped) << attempt;
    EXPECT_NE(line.by, "") << attempt << ": " << line.how;
  }
  for (Layer layer : all_layers()) {
    if (!run.layers.active(layer)) {
      std::cout << "[ NOT HERE ] " << name_of(layer) << ": " << run.layers.of(layer).detail << '\n';
    }
  }
}

// Without this the others would prove nothing: each attempt is one that can succeed.
TEST_P(Attempts, AllSucceedWithoutASandbox) {
  LockdownOptions options;
  for (Layer layer : all_layers()) options.off.insert(layer);
  // Some hosts refuse these to everyone, by a setting or by a sandbox of their own around us.
  const std::vector<Attempt> refusable{Attempt::trace_parent, Attempt::read_parent_memory,
                                       Attempt::io_uring, Attempt::unshare, Attempt::foreign_call};
  const Lines lines = run(options).lines;
  for (Attempt attempt : all_attempts()) {
    const std::string name(name_of(attempt));
    ASSERT_TRUE(lines.contains(name)) << name;
    const std::string& how = lines.at(name).how;
    if (how != "SUCCEEDED" && std::ranges::find(refusable, attempt) != refusable.end()) {
      std::cout << "[ NOT HERE ] " << name << " fails without a sandbox: " << how << '\n';
      continue;
    }
    EXPECT_EQ(how, "SUCCEEDED") << name;
  }
}

TEST_P(Attempts, TurnTheirLineWhenTheLayerThatStoppedThemIsSwitchedOff) {
  const SelfTest all = run({});
  for (Layer layer : all_layers()) {
    LockdownOptions options;
    options.off = {layer};
    const SelfTest without = run(options);
    EXPECT_FALSE(without.layers.active(layer) && layer != Layer::no_new_privs) << name_of(layer);
    for (const auto& [attempt, line] : all.lines) {
      if (line.by != name_of(layer)) continue;
      ASSERT_TRUE(without.lines.contains(attempt)) << attempt;
      EXPECT_NE(without.lines.at(attempt).by, line.by) << attempt;
    }
  }
}

TEST_P(Attempts, AreStoppedByEachLayerAloneThatPromisesIt) {
  const SelfTest all = run({});
  for (const Stop& stop : all_stops()) {
    const std::string attempt(name_of(stop.attempt));
    if (!all.lines.contains(attempt)) continue;  // not of this architecture or build
    if (!all.layers.active(stop.layer)) {
      std::cout << "[ NOT HERE ] " << name_of(stop.layer) << " against " << attempt << '\n';
      continue;
    }
    if (stop.superuser_only && !superuser()) continue;
    const Line line = run(only(stop.layer), attempt).lines[attempt];
    EXPECT_TRUE(line.stopped) << attempt << ", " << name_of(stop.layer) << " alone";
    EXPECT_EQ(line.by, name_of(stop.layer)) << attempt << ": " << line.how;
  }
}

TEST_P(Attempts, NeverMeetAChildThatMissesARequiredLayerUnderStrictRules) {
  LockdownOptions options;
  options.strict = true;
  const SelfTest run = this->run({});
  bool complete = true;
  for (Layer layer : all_layers()) complete = complete && run.layers.active(layer);
  if (complete) {
    EXPECT_EQ(this->run(options).lines.size(), all_attempts().size());
  } else {
    std::cout << "[ NOT HERE ] strict cannot hold on this host\n";
  }
}

INSTANTIATE_TEST_SUITE_P(As, Attempts, testing::Bool(), [](const auto& as) {
  return as.param ? "AnOrdinaryUser" : "TheUserWhoTests";
});

TEST(Verdict, NamesNoLayerForAnEndThatNoneExplains) {
  Layers layers;
  layers.set(Layer::seccomp, true);
  const AttemptEnd refused{.error_number = EPERM, .signal = 0};
  EXPECT_EQ(layer_that_stopped(Attempt::io_uring, refused, layers, true), std::nullopt);
  const AttemptEnd killed{.error_number = std::nullopt, .signal = SIGSYS};
  EXPECT_EQ(layer_that_stopped(Attempt::io_uring, killed, layers, true), Layer::seccomp);
  EXPECT_EQ(layer_that_stopped(Attempt::io_uring, killed, Layers{}, true), std::nullopt);
}

}  // namespace
}  // namespace vodmill::sandbox
