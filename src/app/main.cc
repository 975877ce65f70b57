// vodmill: reading this shows what the program is made of.
#include <cstdio>
#include <string>
#include <vector>

#include "app/commands.h"
#include "app/exit_status.h"
#include "base/log.h"
#include "mill/mill_main.h"

namespace vodmill {
namespace {

int run(int argc, char** argv) {
  // A mill has no settings, no log and no rights.
  if (argc > 1 && std::string_view(argv[1]) == "mill") {
    const std::vector<std::string> words(argv + 2, argv + argc);
    return mill::mill_main(words);
  }

  const auto parsed = app::parse_settings(argc, argv);
  if (!parsed) {
    std::fprintf(stderr, "%s\n", parsed.error().message.c_str());
    return app::exit_status(parsed.error().code);
  }
  if (!parsed->settings) {
    std::fputs(parsed->text.c_str(), stdout);
    return 0;
  }
  const app::Settings& settings = *parsed->settings;
  log::start(settings.log_level,
             settings.log_format == "json" ? log::Format::json : log::Format::text);
  if (settings.command == "transcode") return app::transcode(settings);
  if (settings.command == "probe") return app::probe(settings);
  if (settings.command == "verify") return app::verify(settings);
  if (settings.command == "doctor") return app::doctor(settings);
  return app::serve(settings);
}

}  // namespace
}  // namespace vodmill

int main(int argc, char** argv) { return vodmill::run(argc, argv); }
