#include "app/settings.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cstdlib>

#include "net/client_address.h"

namespace vodmill::app {
namespace {

void add_common(CLI::App& command, Settings& settings) {
  command.add_option("--log-level", settings.log_level, "debug, info, warn, error or off")
      ->check(CLI::IsMember({"debug", "info", "warn", "error", "off"}))
      ->capture_default_str();
  command.add_option("--log-format", settings.log_format, "text, or json: an object a line")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  command
      .add_option("--slots", settings.slots,
                  "Processor cores for mills (default: all, as memory allows)")
      ->check(CLI::Range(1, 1024));
  command
      .add_option("--nice", settings.nice,
                  "How far mills stand back for everything else; 19: as far as can be")
      ->check(CLI::Range(0, 19))
      ->capture_default_str();
  command.add_option("--max-duration", settings.max_duration_seconds, "Longest video, in seconds")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command
      .add_option("--sandbox", settings.sandbox,
                  "auto, or strict: refuse to work if a layer is missing")
      ->check(CLI::IsMember({"auto", "strict"}))
      ->capture_default_str();
}

void add_service(CLI::App& command, Settings& settings) {
  add_common(command, settings);
  command.add_option("--data", settings.data, "Folder for the database and the objects")
      ->capture_default_str();
  command.add_option("--active", settings.active, "Jobs held at once")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  command
      .add_option("--disk-floor", settings.disk_floor,
                  "Bytes of free disk below which no task is begun, no upload is taken and /readyz "
                  "says no")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command
      .add_option("--lease", settings.lease_seconds,
                  "Seconds until a silent worker's work is taken over")
      ->check(CLI::Range(1, 3600))
      ->capture_default_str();
}

// "" for "video.example.org", "192.0.2.7" and "2001:db8::7", else what is wrong. An IPv6 address
// gets the brackets that it has in a Host header; CLI11 has taken them for those of a list.
std::string check_host_name(std::string& name) {
  if (std::ranges::count(name, ':') > 1) {
    if (!name.starts_with('[')) name = "[" + name + "]";
    if (name.find_first_not_of("0123456789abcdefABCDEF:.", 1) == name.size() - 1) return "";
  } else if (!name.empty() && name.find_first_of("/ :*[]") == std::string::npos) {
    return "";
  }
  return "'" + name + "' is not a host's name alone, for example video.example.org";
}

// "" for an IP address, which is then spelt as connections have it, else what is wrong.
std::string check_address(std::string& text) {
  const std::optional<std::string> address = net::canonical_address(text);
  if (!address) return "'" + text + "' is not an IP address, for example 127.0.0.1";
  text = *address;
  return "";
}

void add_limits(CLI::App& serve, Settings& settings) {
  serve.add_option("--max-upload", settings.max_upload_bytes, "Largest upload, in bytes")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  serve.add_option("--max-connections", settings.max_connections, "Connections at once")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  serve
      .add_option("--max-client-connections", settings.max_client_connections,
                  "Connections at once from one address")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  serve
      .add_option("--rate", settings.rate,
                  "Calls a second from one address, playback aside; 0: no limit")
      ->check(CLI::Range(0, 1'000'000))
      ->capture_default_str();
  serve
      .add_option("--upload-rate", settings.upload_rate,
                  "Uploads and retries begun a second from one address; 0: no limit")
      ->check(CLI::Range(0, 1'000'000))
      ->capture_default_str();
  serve
      .add_option("--owner-videos", settings.owner_videos,
                  "Videos of one owner that are not finished; 0: no limit")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  serve
      .add_option("--owner-bytes", settings.owner_bytes,
                  "Bytes of one owner's originals; 0: no limit")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  serve
      .add_option("--trusted-proxy", settings.trusted_proxies,
                  "Address of a proxy whose X-Forwarded-For names the client; may be repeated")
      ->delimiter(',')
      ->transform(CLI::Validator(check_address, "ADDRESS"));
}

void add_commands(CLI::App& app, Settings& settings) {
  app.require_subcommand(1);
  app.set_config("--config", "", "A TOML file with settings; a section for each command");
  CLI::App* serve = app.add_subcommand("serve", "API, web page and a worker in one process");
  add_service(*serve, settings);
  serve->add_option("--listen", settings.listen, "Address and port")->capture_default_str();
  serve->add_flag("--no-worker", settings.no_worker, "API and page only");
  serve->add_flag("--access-log", settings.access_log,
                  "A line for each request in the log (else only at --log-level debug)");
  add_limits(*serve, settings);
  serve->add_flag("--compat-routes", settings.compat_routes,
                  "Also the routes below /api/video of applications that came before");
  serve
      ->add_option("--allowed-host", settings.allowed_hosts,
                   "A further name of this server, as a proxy in front has one; may be repeated")
      ->delimiter(',')
      ->transform(CLI::Validator(check_host_name, "NAME"));
  add_service(*app.add_subcommand("worker", "A worker only, on the data of a server"), settings);

  CLI::App* transcode = app.add_subcommand("transcode", "Makes one file into an HLS folder");
  add_common(*transcode, settings);
  transcode->add_option("input", settings.input, "The video file")->required();
  transcode->add_option("output", settings.output, "The folder to write to")->required();
  transcode->add_flag("--profile", settings.profile,
                      "At the end, what processor time went into: decoding, scaling, each encoder");

  CLI::App* probe =
      app.add_subcommand("probe", "What is in a file, and what would be done with it");
  add_common(*probe, settings);
  probe->add_option("input", settings.input, "The video file")->required();

  CLI::App* verify = app.add_subcommand(
      "verify",
      "Judges a finished HLS stream by Apple's authoring specification and RFC 8216. One line a\n"
      "finding; exit status 0 if no MUST rule is broken. Looked into are playlists, and fMP4\n"
      "segments of H.264 and AAC; of a URL also how the server sends them. Not judged:\n"
      "versions of TLS, loudness, decoding, most of DRM. docs/verify.md lists the rules.");
  verify->add_option("input", settings.input, "The URL, the folder, or its multivariant playlist")
      ->required();
  verify->add_flag("--json", settings.as_json, "One JSON object in place of lines");

  CLI::App* doctor = app.add_subcommand("doctor", "Checks this machine");
  // What to do, not how: another command's --sandbox in the environment is not meant.
  CLI::Option* sandbox =
      doctor
          ->add_flag("--sandbox", settings.try_sandbox,
                     "Tries to break out of a mill, and says what stopped it; done where nothing "
                     "else is asked for")
          ->configurable(false);
  doctor
      ->add_flag("--fsck", settings.fsck,
                 "Compares the database with the objects; changes nothing; exit status 1 if they "
                 "differ")
      ->configurable(false);
  doctor->add_option("--data", settings.data, "The folder that --fsck reads")
      ->capture_default_str();
  doctor->add_flag("--json", settings.as_json, "What --fsck finds, as JSON")->excludes(sandbox);
  doctor->add_option("--off", settings.layers_off,
                     "Layers to leave off, to see what the others do");
}

// "--max-upload" is VODMILL_MAX_UPLOAD.
std::string variable_of(const std::string& option) {
  std::string name = "VODMILL_";
  for (const char c : option) {
    name += c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return name;
}

bool is_given(const std::vector<std::string>& words, const std::string& option) {
  return std::ranges::any_of(words, [&](const std::string& word) {
    return word == "--" + option || word.starts_with("--" + option + "=");
  });
}

// The environment as flags in front of the real ones: the last one given has its way, and all of
// them have before the file.
std::vector<std::string> with_environment(CLI::App& app, std::vector<std::string> words) {
  CLI::App* command = nullptr;
  const auto at = std::ranges::find_if(words, [&](const std::string& word) {
    for (CLI::App* each : app.get_subcommands([](CLI::App*) { return true; })) {
      if (each->get_name() == word) command = each;
    }
    return command != nullptr;
  });
  if (!command) return words;
  std::vector<std::string> merged(words.begin(), at + 1);
  for (CLI::Option* option : command->get_options()) {
    if (option->get_lnames().empty()) continue;
    const bool is_list = option->get_items_expected_max() > 1;
    option->multi_option_policy(is_list ? CLI::MultiOptionPolicy::TakeAll
                                        : CLI::MultiOptionPolicy::TakeLast);
    const std::string name = option->get_lnames().front();
    const char* value = std::getenv(variable_of(name).c_str());
    // A list is not added to: one of the stronger kind stands for all of it.
    if (is_list && is_given(words, name)) continue;
    if (value && option->get_configurable()) merged.push_back("--" + name + "=" + value);
  }
  merged.insert(merged.end(), at + 1, words.end());
  return merged;
}

}  // namespace

Result<Parsed> parse_settings(int argc, const char* const* argv) {
  Settings settings;
  CLI::App app("vodmill turns uploaded videos into adaptive HLS streams, in the background.",
               "vodmill");
  app.set_version_flag("--version", VODMILL_VERSION);
  add_commands(app, settings);
  std::vector<std::string> words(argv + 1, argv + argc);
  words = with_environment(app, std::move(words));
  std::ranges::reverse(words);  // as CLI11 wants them
  try {
    app.parse(std::move(words));
  } catch (const CLI::CallForHelp&) {
    return Parsed{std::nullopt, app.help()};
  } catch (const CLI::CallForVersion&) {
    return Parsed{std::nullopt, std::string(VODMILL_VERSION) + "\n"};
  } catch (const CLI::ParseError& error) {
    return fail(ErrorCode::invalid_request, std::string(error.what()) + "\nTry vodmill --help.");
  }
  settings.command = app.get_subcommands().front()->get_name();
  return Parsed{std::move(settings), ""};
}

Result<Endpoint> parse_endpoint(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  Endpoint endpoint;
  if (colon != std::string::npos) {
    const char* end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data() + colon + 1, end, endpoint.port);
    endpoint.address = text.substr(0, colon);
    if (endpoint.address.empty()) endpoint.address = "::";
    if (endpoint.address.starts_with('[') && endpoint.address.ends_with(']')) {
      endpoint.address = endpoint.address.substr(1, endpoint.address.size() - 2);
    }
    if (endpoint.address == "localhost") endpoint.address = "127.0.0.1";
    if (parsed.ec == std::errc{} && parsed.ptr == end) return endpoint;
  }
  return fail(ErrorCode::invalid_request,
              "--listen wants ADDRESS:PORT, for example 127.0.0.1:8080.");
}

}  // namespace vodmill::app
