#include "app/settings.h"

#include <CLI/CLI.hpp>
#include <charconv>
#include <cstdlib>

namespace vodmill::app {
namespace {

void add_common(CLI::App& command, Settings& settings) {
  command.add_option("--log-level", settings.log_level, "debug, info, warn, error or off")
      ->check(CLI::IsMember({"debug", "info", "warn", "error", "off"}))
      ->capture_default_str();
  command
      .add_option("--slots", settings.slots,
                  "Mills at once (default: one a processor, as memory allows)")
      ->check(CLI::Range(1, 1024));
  command.add_option("--nice", settings.nice, "How far mills stand back for everything else")
      ->check(CLI::Range(0, 19))
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
      .add_option("--lease", settings.lease_seconds,
                  "Seconds until a silent worker's work is taken over")
      ->check(CLI::Range(1, 3600))
      ->capture_default_str();
}

void add_commands(CLI::App& app, Settings& settings) {
  app.require_subcommand(1);
  app.set_config("--config", "", "A TOML file with settings; a section for each command");
  CLI::App* serve = app.add_subcommand("serve", "API, web page and a worker in one process");
  add_service(*serve, settings);
  serve->add_option("--listen", settings.listen, "Address and port")->capture_default_str();
  serve->add_flag("--no-worker", settings.no_worker, "API and page only");
  serve->add_option("--max-upload", settings.max_upload_bytes, "Largest upload, in bytes")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  add_service(*app.add_subcommand("worker", "A worker only, on the data of a server"), settings);

  CLI::App* transcode = app.add_subcommand("transcode", "Makes one file into an HLS folder");
  add_common(*transcode, settings);
  transcode->add_option("input", settings.input, "The video file")->required();
  transcode->add_option("output", settings.output, "The folder to write to")->required();

  CLI::App* probe =
      app.add_subcommand("probe", "What is in a file, and what would be done with it");
  add_common(*probe, settings);
  probe->add_option("input", settings.input, "The video file")->required();

  CLI::App* doctor = app.add_subcommand("doctor", "Checks this machine");
  doctor->add_flag("--sandbox", settings.only_sandbox,
                   "Tries to break out of a mill, and says what stopped it (all there is so far)");
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

// The environment as flags in front of the real ones: the last one given has its way, and all of
// them have before the file.
std::vector<std::string> with_environment(CLI::App& app, std::vector<std::string> words) {
  if (words.empty()) return words;
  const auto commands = app.get_subcommands([&](CLI::App* c) { return c->get_name() == words[0]; });
  if (commands.empty()) return words;
  std::vector<std::string> merged{words[0]};
  for (CLI::Option* option : commands.front()->get_options()) {
    if (option->get_lnames().empty()) continue;
    option->multi_option_policy(option->get_items_expected_max() > 1
                                    ? CLI::MultiOptionPolicy::TakeAll
                                    : CLI::MultiOptionPolicy::TakeLast);
    const std::string name = option->get_lnames().front();
    const char* value = std::getenv(variable_of(name).c_str());
    if (value && name != "help") merged.push_back("--" + name + "=" + value);
  }
  merged.insert(merged.end(), words.begin() + 1, words.end());
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
