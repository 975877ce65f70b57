#include "app/settings.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <iterator>

#include "app/config_file.h"
#include "net/client_address.h"

namespace vodmill::app {
namespace {

constexpr std::int64_t kMostBytes = INT64_MAX;
constexpr std::int64_t kMostSeconds = 1'000'000'000;
constexpr std::int64_t kMostVideos = 1'000'000'000;

// "--max-upload" and "max-upload" are VODMILL_MAX_UPLOAD.
std::string variable_of(std::string_view option) {
  option.remove_prefix(std::min(option.find_first_not_of('-'), option.size()));
  std::string name = "VODMILL_";
  for (const char c : option) {
    name += c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return name;
}

struct Bounds {
  std::int64_t least = 0;
  std::int64_t most = 0;
  std::string_view unit = "";  // "bytes"
};

// Says what is wanted, where CLI11 would say bounds of its own, and never where the number is from.
template <typename Number>
CLI::Option* add_number(CLI::App& command, const std::string& flag, Number& number, Bounds bounds,
                        const std::string& text) {
  const std::string range = std::to_string(bounds.least) + " to " + std::to_string(bounds.most);
  const std::string unit = bounds.unit.empty() ? "" : " of " + std::string(bounds.unit);
  const auto check = [=](const std::string& given) {
    std::int64_t value = 0;
    const char* end = given.data() + given.size();
    const auto parsed = std::from_chars(given.data(), end, value);
    const bool is_whole = parsed.ec == std::errc() && parsed.ptr == end;
    if (is_whole && value >= bounds.least && value <= bounds.most) return std::string();
    return "'" + given + "' is not a whole number" + unit + ", " + range +
           " (in the environment it is " + variable_of(flag) + ")";
  };
  return command.add_option(flag, number, text)->check(CLI::Validator(check, range));
}

void add_common(CLI::App& command, Settings& settings) {
  command.add_option("--log-level", settings.log_level, "debug, info, warn, error or off")
      ->check(CLI::IsMember({"debug", "info", "warn", "error", "off"}))
      ->capture_default_str();
  command.add_option("--log-format", settings.log_format, "text, or json: an object a line")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  add_number(command, "--slots", settings.slots, {1, 1024},
             "Processor cores for mills (default: all, as memory allows)");
  add_number(command, "--nice", settings.nice, {0, 19},
             "How far mills stand back for everything else; 19: as far as can be")
      ->capture_default_str();
  add_number(command, "--max-duration", settings.max_duration_seconds, {1, kMostSeconds, "seconds"},
             "Longest video, in seconds")
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
  add_number(command, "--active", settings.active, {1, 100'000}, "Jobs held at once")
      ->capture_default_str();
  add_number(command, "--disk-floor", settings.disk_floor, {0, kMostBytes, "bytes"},
             "Bytes of free disk below which no task is begun, no upload is taken and /readyz says "
             "no")
      ->capture_default_str();
  add_number(command, "--lease", settings.lease_seconds, {1, 3600, "seconds"},
             "Seconds until a silent worker's work is taken over")
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
  add_number(serve, "--max-upload", settings.max_upload_bytes, {1, kMostBytes, "bytes"},
             "Largest upload, in bytes")
      ->capture_default_str();
  add_number(serve, "--max-connections", settings.max_connections, {1, 100'000},
             "Connections at once")
      ->capture_default_str();
  add_number(serve, "--max-client-connections", settings.max_client_connections, {1, 100'000},
             "Connections at once from one address")
      ->capture_default_str();
  add_number(serve, "--rate", settings.rate, {0, 1'000'000},
             "Calls a second from one address, playback aside; 0: no limit")
      ->capture_default_str();
  add_number(serve, "--upload-rate", settings.upload_rate, {0, 1'000'000},
             "Uploads and retries begun a second from one address; 0: no limit")
      ->capture_default_str();
  add_number(serve, "--owner-videos", settings.owner_videos, {0, kMostVideos},
             "Videos of one owner that are not finished; 0: no limit")
      ->capture_default_str();
  add_number(serve, "--owner-bytes", settings.owner_bytes, {0, kMostBytes, "bytes"},
             "Bytes of one owner's originals; 0: no limit")
      ->capture_default_str();
  serve
      .add_option("--trusted-proxy", settings.trusted_proxies,
                  "Address of a proxy whose X-Forwarded-For names the client; may be repeated")
      ->delimiter(',')
      ->transform(CLI::Validator(check_address, "ADDRESS"));
}

std::vector<CLI::App*> commands_of(CLI::App& app) {
  return app.get_subcommands([](const CLI::App*) { return true; });
}

// What the file may say: of each command all flags but those that say what to do.
std::vector<ConfigSection> sections_of(CLI::App& app) {
  std::vector<ConfigSection> sections;
  for (CLI::App* command : commands_of(app)) {
    ConfigSection& section = sections.emplace_back(command->get_name());
    for (const CLI::Option* option : command->get_options()) {
      const bool is_flag = !option->get_lnames().empty() && option->get_configurable();
      if (is_flag) section.keys.push_back(option->get_lnames().front());
    }
  }
  return sections;
}

// Gives CLI11 the file's section of the command that is run; that all of the file is sound is
// checked whichever that is. (CLI11 by itself passes over what it does not know.)
class ConfigReader final : public CLI::ConfigBase {
 public:
  explicit ConfigReader(CLI::App& app) : app_(app) {}

  std::vector<CLI::ConfigItem> from_config(std::istream& input) const override {
    const std::string text(std::istreambuf_iterator<char>(input), {});
    Result<std::vector<ConfigEntry>> entries = read_config(text, sections_of(app_));
    if (!entries) {
      throw CLI::ConfigError(app_.get_config_ptr()->as<std::string>() + ", " +
                             entries.error().message);
    }
    const std::vector<CLI::App*> said = app_.get_subcommands();
    std::vector<CLI::ConfigItem> items;
    for (ConfigEntry& entry : *entries) {
      if (said.empty() || said.front()->get_name() != entry.section) continue;
      CLI::ConfigItem& item = items.emplace_back();
      item.parents = {entry.section};
      item.name = std::move(entry.key);
      item.inputs = std::move(entry.values);
    }
    return items;
  }

 private:
  CLI::App& app_;
};

void add_commands(CLI::App& app, Settings& settings) {
  app.require_subcommand(1);
  app.set_config("--config", "", "A TOML file with settings; a section for each command");
  app.config_formatter(std::make_shared<ConfigReader>(app));
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
  transcode
      ->add_option("output", settings.output,
                   "The folder to write to: new, empty, or with a stream of before")
      ->required();
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
  CLI::Option* fsck =
      doctor
          ->add_flag("--fsck", settings.fsck,
                     "Compares the database with the objects; changes nothing; exit status 1 if "
                     "they differ")
          ->configurable(false);
  doctor->add_option("--data", settings.data, "The folder that --fsck reads")
      ->capture_default_str();
  doctor->add_flag("--json", settings.as_json, "What --fsck finds, as JSON")
      ->configurable(false)
      ->needs(fsck)
      ->excludes(sandbox);
  doctor->add_option("--off", settings.layers_off,
                     "Layers to leave off, to see what the others do");
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
    for (CLI::App* each : commands_of(app)) {
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

std::string no_command(CLI::App& app) {
  std::string names;
  for (const CLI::App* each : commands_of(app)) {
    names += (names.empty() ? "" : ", ") + each->get_name();
  }
  const std::vector<std::string> left = app.remaining();
  const std::string what =
      left.empty() ? "A command is missing." : "There is no command \"" + left.front() + "\".";
  return what + " The commands are " + names + ".";
}

// `words`: the command line with the environment. A value that is wrong and not in them is the
// file's, which has a name then.
std::string explain(CLI::App& app, const CLI::ParseError& error,
                    const std::vector<std::string>& words) {
  const bool lacks_command = error.get_name() == "RequiredError" && app.get_subcommands().empty();
  if (lacks_command) return no_command(app);
  std::string what = error.what();
  const std::string flag = what.starts_with("--") ? what.substr(2, what.find(':') - 2) : "";
  const bool is_value = error.get_name() == "ValidationError" && !flag.empty();
  if (!is_value || is_given(words, flag)) return what;
  return app.get_config_ptr()->as<std::string>() + ", " + what;
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
  try {
    app.parse(std::vector<std::string>(words.rbegin(), words.rend()));  // as CLI11 wants them
  } catch (const CLI::CallForHelp&) {
    return Parsed{std::nullopt, app.help()};
  } catch (const CLI::CallForVersion&) {
    return Parsed{std::nullopt, std::string(VODMILL_VERSION) + "\n"};
  } catch (const CLI::ParseError& error) {
    return fail(ErrorCode::invalid_request, explain(app, error, words) + "\nTry vodmill --help.");
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
