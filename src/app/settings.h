// The settings of a run: flags, VODMILL_* environment variables and a TOML file, in that order of
// force, the same names in all three. Read once by main(), which owns them, then constant.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"

namespace vodmill::app {

struct Settings {
  std::string command;  // "serve", "worker", "transcode", "probe", "verify", "doctor"

  // Of serve and worker
  std::string listen = "127.0.0.1:8080";
  std::string data = "./vodmill-data";
  int slots = 0;                         // cores for mills; 0: as many as the machine allows
  int active = 32;                       // jobs held at once
  int nice = 19;                         // of mills, 0 to 19
  int max_duration_seconds = 12 * 3600;  // of a video
  bool no_worker = false;
  std::int64_t max_upload_bytes = std::int64_t{100} << 30;
  std::vector<std::string> allowed_hosts;  // names of a proxy in front, without port
  bool compat_routes = false;
  int max_connections = 1024;
  int max_client_connections = 256;
  int rate = 500;  // calls a second and client; 0: no limit
  int upload_rate = 100;
  std::int64_t owner_videos = 0;             // unfinished ones of an owner; 0: no limit
  std::int64_t owner_bytes = 0;              // of an owner's originals; 0: no limit
  std::vector<std::string> trusted_proxies;  // canonical addresses
  int lease_seconds = 10;
  std::int64_t disk_floor = 1'000'000'000;  // bytes; with less room nothing is begun
  std::string sandbox = "auto";             // "auto" or "strict"
  std::string log_level = "info";
  std::string log_format = "text";  // "text" or "json"
  bool access_log = false;          // a line for each request at info, not only at debug

  // Of transcode, probe and verify
  std::string input;
  std::string output;

  // Of transcode
  bool profile = false;  // tell what its processor time went into

  // Of verify and doctor
  bool as_json = false;

  // Of doctor: what to look at. Nothing is the sandbox.
  bool try_sandbox = false;
  bool fsck = false;                    // of `data`
  std::vector<std::string> layers_off;  // for tests of single layers
};

// What was asked for; for --help and --version a text for standard output, and nothing to run.
struct Parsed {
  std::optional<Settings> settings;
  std::string text;
};

// Error: invalid_request, with a message for standard error.
Result<Parsed> parse_settings(int argc, const char* const* argv);

// "127.0.0.1:8080", "[::1]:8080" or ":8080" (all addresses) in its two parts.
struct Endpoint {
  std::string address;
  std::uint16_t port = 0;
};
Result<Endpoint> parse_endpoint(const std::string& text);

}  // namespace vodmill::app
