#include "app/settings.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "fakes/scratch_folder.h"

namespace vodmill::app {
namespace {

Result<Parsed> parse(std::vector<const char*> words) {
  words.insert(words.begin(), "vodmill");
  return parse_settings(static_cast<int>(words.size()), words.data());
}

TEST(Settings, NeedNothingButACommand) {
  const auto parsed = parse({"serve"});
  ASSERT_TRUE(parsed && parsed->settings);
  EXPECT_EQ(parsed->settings->listen, "127.0.0.1:8080");
  EXPECT_EQ(parsed->settings->data, "./vodmill-data");
}

TEST(Settings, AFlagBeatsTheEnvironmentAndThatBeatsTheFile) {
  const ScratchFolder folder;
  const std::string file = (folder.path() / "vodmill.toml").string();
  std::ofstream(file) << "[serve]\nactive = 7\nslots = 3\nlease = 20\n";
  ASSERT_EQ(setenv("VODMILL_ACTIVE", "8", 1), 0);
  ASSERT_EQ(setenv("VODMILL_SLOTS", "4", 1), 0);
  const auto parsed = parse({"--config", file.c_str(), "serve", "--slots", "5"});
  const auto in_front = parse({"serve", "--slots", "5", "--active", "9"});
  unsetenv("VODMILL_ACTIVE");
  unsetenv("VODMILL_SLOTS");
  ASSERT_TRUE(parsed && parsed->settings);
  EXPECT_EQ(parsed->settings->lease_seconds, 20);
  EXPECT_EQ(parsed->settings->active, 8);
  EXPECT_EQ(parsed->settings->slots, 5);
  ASSERT_TRUE(in_front && in_front->settings);
  EXPECT_EQ(in_front->settings->active, 9);
}

TEST(Settings, WhatTheDoctorLooksAtIsSaidOnItsCommandLineAlone) {
  ASSERT_EQ(setenv("VODMILL_SANDBOX", "strict", 1), 0);
  const auto plain = parse({"doctor"});
  const auto both = parse({"doctor", "--sandbox", "--fsck"});
  const auto mixed = parse({"doctor", "--sandbox", "--fsck", "--json"});
  unsetenv("VODMILL_SANDBOX");
  ASSERT_TRUE(plain && plain->settings);
  EXPECT_FALSE(plain->settings->try_sandbox);
  ASSERT_TRUE(both && both->settings);
  EXPECT_TRUE(both->settings->try_sandbox && both->settings->fsck);
  EXPECT_FALSE(mixed);
}

std::string complaint(std::vector<const char*> words) {
  const auto parsed = parse(std::move(words));
  return parsed ? "" : parsed.error().message;
}

TEST(Settings, TheDoctorHasJsonOfTheFsckAlone) {
  EXPECT_TRUE(parse({"doctor", "--fsck", "--json"}));
  EXPECT_NE(complaint({"doctor", "--json"}).find("--fsck"), std::string::npos);
  ASSERT_EQ(setenv("VODMILL_JSON", "true", 1), 0);
  EXPECT_TRUE(parse({"doctor"})) << "another command's is meant";
  unsetenv("VODMILL_JSON");
}

TEST(Settings, TheFileIsSoundOrRefused) {
  const ScratchFolder folder;
  const std::string file = (folder.path() / "vodmill.toml").string();
  const auto refused = [&](const char* text) {
    std::ofstream(file) << text;
    return complaint({"--config", file.c_str(), "serve"});
  };
  EXPECT_TRUE(refused("[serve]\nmax_upload=10\n")
                  .starts_with(file + ", line 2: [serve] has no setting max_upload. It has log-"));
  EXPECT_TRUE(refused("nonsense=1\n").starts_with(file + ", line 1: nonsense stands"));
  EXPECT_TRUE(refused("[serve\nlisten=':80'\n").starts_with(file + ", line 1: [serve has no"));
  EXPECT_TRUE(refused("[serve]\nslots=0\n").starts_with(file + ", --slots: '0' is not"));
  EXPECT_TRUE(refused("[serve]\nlog-level=loud\n").starts_with(file + ", --log-level: "));
  EXPECT_TRUE(complaint({"--config", file.c_str(), "serve", "--log-level=silent"})
                  .starts_with("--log-level: silent"));
  EXPECT_NE(refused("[transcode]\ninput = 'a.mp4'\n"), "");
  EXPECT_NE(refused("[doctor]\nfsck = true\n"), "");
}

TEST(Settings, TheFileServesAllCommandsAndEachReadsItsOwn) {
  const ScratchFolder folder;
  const std::string file = (folder.path() / "vodmill.toml").string();
  std::ofstream(file) << "[serve]\nslots = 2\nno-worker = true\n[worker]\nslots = 9\n"
                      << "[doctor]\noff = [\"seccomp\"]\n[verify]\njson = true\n";
  const auto serve = parse({"--config", file.c_str(), "serve"});
  const auto worker = parse({"--config", file.c_str(), "worker"});
  ASSERT_TRUE(serve && serve->settings) << serve.error().message;
  EXPECT_EQ(serve->settings->slots, 2);
  EXPECT_TRUE(serve->settings->no_worker);
  EXPECT_FALSE(serve->settings->as_json);
  ASSERT_TRUE(worker && worker->settings) << worker.error().message;
  EXPECT_EQ(worker->settings->slots, 9);
  EXPECT_FALSE(worker->settings->no_worker);
}

TEST(Settings, ANumberIsRefusedWithItsUnitItsBoundsAndItsVariable) {
  EXPECT_TRUE(
      complaint({"serve", "--max-upload", "1GB"})
          .starts_with("--max-upload: '1GB' is not a whole number of bytes, 1 to "
                       "9223372036854775807 (in the environment it is VODMILL_MAX_UPLOAD)"));
  EXPECT_NE(complaint({"serve", "--max-upload", "0"}).find("1 to"), std::string::npos);
  EXPECT_NE(complaint({"serve", "--disk-floor", "-1"}).find("of bytes, 0 to"), std::string::npos);
  EXPECT_NE(complaint({"serve", "--max-duration=1h"}).find("of seconds"), std::string::npos);
  ASSERT_EQ(setenv("VODMILL_MAX_UPLOAD", "abc", 1), 0);
  const std::string of_environment = complaint({"serve"});
  unsetenv("VODMILL_MAX_UPLOAD");
  EXPECT_NE(of_environment.find("VODMILL_MAX_UPLOAD"), std::string::npos) << of_environment;
  EXPECT_TRUE(parse({"serve", "--max-upload", "9223372036854775807", "--disk-floor", "0"}));
}

TEST(Settings, ACommandThatIsNoneIsNamedAndThoseThereAreToo) {
  const std::string said = complaint({"foo", "--data", "x"});
  EXPECT_TRUE(said.starts_with("There is no command \"foo\". The commands are serve, worker, "))
      << said;
  EXPECT_TRUE(complaint({}).starts_with("A command is missing. The commands are serve, "));
}

TEST(Settings, AListHasOneSource) {
  using Names = std::vector<std::string>;
  const ScratchFolder folder;
  const std::string file = (folder.path() / "vodmill.toml").string();
  std::ofstream(file) << "[serve]\nallowed-host = [\"a.example\", \"b.example\"]\n";
  const auto from_file = parse({"--config", file.c_str(), "serve"});
  ASSERT_EQ(setenv("VODMILL_ALLOWED_HOST", "c.example,d.example", 1), 0);
  const auto from_environment = parse({"--config", file.c_str(), "serve"});
  const auto from_flags =
      parse({"serve", "--allowed-host", "e.example", "--allowed-host=[2001:db8::7]"});
  unsetenv("VODMILL_ALLOWED_HOST");
  for (const auto* parsed : {&from_file, &from_environment, &from_flags}) {
    ASSERT_TRUE(*parsed) << parsed->error().message;
  }
  EXPECT_EQ(from_file->settings->allowed_hosts, (Names{"a.example", "b.example"}));
  EXPECT_EQ(from_environment->settings->allowed_hosts, (Names{"c.example", "d.example"}));
  EXPECT_EQ(from_flags->settings->allowed_hosts, (Names{"e.example", "[2001:db8::7]"}));
}

TEST(Settings, AHostIsANameAlone) {
  for (const char* name :
       {"https://a.example", "a.example:8080", "a.example/", "*.example", "[::1]:8080", ""}) {
    EXPECT_FALSE(parse({"serve", "--allowed-host", name})) << name;
  }
}

TEST(Settings, ATrustedProxyIsAnAddress) {
  const auto parsed =
      parse({"serve", "--trusted-proxy", "127.0.0.1", "--trusted-proxy=2001:DB8::1"});
  ASSERT_TRUE(parsed && parsed->settings);
  EXPECT_EQ(parsed->settings->trusted_proxies,
            (std::vector<std::string>{"127.0.0.1", "2001:db8::1"}));
  for (const char* address : {"localhost", "127.0.0.1:80", "10.0.0.0/8", ""}) {
    EXPECT_FALSE(parse({"serve", "--trusted-proxy", address})) << address;
  }
}

TEST(Settings, LimitsMayBeLiftedOrDrawnTight) {
  const auto parsed = parse({"serve", "--rate", "0", "--upload-rate=1", "--max-connections", "9",
                             "--max-client-connections=3"});
  ASSERT_TRUE(parsed && parsed->settings);
  EXPECT_EQ(parsed->settings->rate, 0);
  EXPECT_EQ(parsed->settings->upload_rate, 1);
  EXPECT_EQ(parsed->settings->max_connections, 9);
  EXPECT_EQ(parsed->settings->max_client_connections, 3);
  EXPECT_FALSE(parse({"serve", "--max-connections", "0"}));
  EXPECT_FALSE(parse({"serve", "--rate", "-1"}));
}

TEST(Settings, WrongOnesAreRefusedInWords) {
  EXPECT_FALSE(parse({}));
  EXPECT_FALSE(parse({"serve", "--slots", "0"}));
  EXPECT_FALSE(parse({"serve", "--no-such-flag"}));
  EXPECT_FALSE(parse({"transcode", "in.mp4"}));
}

TEST(Settings, HelpAndVersionAreTexts) {
  const auto help = parse({"--help"});
  ASSERT_TRUE(help);
  EXPECT_FALSE(help->settings);
  EXPECT_NE(help->text.find("transcode"), std::string::npos);
}

TEST(Endpoint, HasAnAddressAndAPort) {
  EXPECT_EQ(parse_endpoint("127.0.0.1:80")->port, 80);
  EXPECT_EQ(parse_endpoint("[::1]:8080")->address, "::1");
  EXPECT_EQ(parse_endpoint(":8080")->address, "::");
  EXPECT_FALSE(parse_endpoint("8080"));
  EXPECT_FALSE(parse_endpoint("localhost:99999"));
}

}  // namespace
}  // namespace vodmill::app
