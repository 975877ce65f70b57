#include "base/metrics.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cmath>
#include <tuple>

namespace vodmill::metrics {
namespace {

std::string_view name_of(Type type) {
  switch (type) {
    case Type::counter:
      return "counter";
    case Type::gauge:
      return "gauge";
    case Type::histogram:
      return "histogram";
  }
  std::unreachable();
}

// The shortest text that reads back as the same number.
std::string to_text(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  return fmt::format("{}", value);
}

// Line feeds and backslashes; in a label's value quotes too.
std::string escape(std::string_view text, bool is_label) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\\' || (c == '"' && is_label)) {
      out += '\\';
      out += c;
    } else {
      out += c;
    }
  }
  return out;
}

void append_labels(std::string& out, const Labels& labels) {
  if (labels.empty()) return;
  char before = '{';
  for (const auto& [name, value] : labels) {
    out += before;
    out += name;
    out += "=\"";
    out += escape(value, true);
    out += '"';
    before = ',';
  }
  out += '}';
}

std::vector<Sample> samples_of(const Labels& labels, const Counter& counter) {
  return {{"", labels, counter.value()}};
}

std::vector<Sample> samples_of(const Labels& labels, const Gauge& gauge) {
  return {{"", labels, gauge.value()}};
}

std::vector<Sample> samples_of(const Labels& labels, const Histogram& histogram) {
  std::vector<Sample> samples;
  const std::vector<double> counts = histogram.counts();
  double below = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    below += counts[i];
    Labels bucket = labels;
    const bool is_last = i == histogram.bounds().size();
    bucket.emplace_back("le", is_last ? "+Inf" : to_text(histogram.bounds()[i]));
    samples.push_back({"_bucket", std::move(bucket), below});
  }
  samples.push_back({"_sum", labels, histogram.sum()});
  samples.push_back({"_count", labels, below});
  return samples;
}

template <class Groups>
void append_families(std::vector<Family>& families, const Groups& groups, Type type) {
  for (const auto& [name, group] : groups) {
    Family family{.name = name, .help = group.help, .type = type, .samples = {}};
    for (const auto& [labels, number] : group.numbers) {
      std::ranges::move(samples_of(labels, number), std::back_inserter(family.samples));
    }
    families.push_back(std::move(family));
  }
}

}  // namespace

void Histogram::observe(double value) {
  const auto bucket = std::ranges::lower_bound(bounds_, value) - bounds_.begin();
  counts_[static_cast<std::size_t>(bucket)] += 1;
  sum_ += value;
}

std::vector<double> Histogram::counts() const { return {counts_.begin(), counts_.end()}; }

std::vector<double> latency_bounds() {
  return {0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60};
}

std::string to_text(const std::vector<Family>& families) {
  std::string out;
  for (const Family& family : families) {
    out += "# HELP " + family.name + ' ' + escape(family.help, false) + '\n';
    out += "# TYPE " + family.name + ' ';
    out += name_of(family.type);
    out += '\n';
    for (const Sample& sample : family.samples) {
      out += family.name + sample.suffix;
      append_labels(out, sample.labels);
      out += ' ' + to_text(sample.value) + '\n';
    }
  }
  return out;
}

template <class Number, class... Arguments>
Number& Registry::find(Groups<Number>& groups, std::string_view name, std::string_view help,
                       Labels labels, Arguments&&... arguments) {
  const std::lock_guard hold(mutex_);
  Group<Number>& group = groups.try_emplace(std::string(name)).first->second;
  if (group.help.empty()) group.help = help;
  return group.numbers.try_emplace(std::move(labels), std::forward<Arguments>(arguments)...)
      .first->second;
}

Counter& Registry::counter(std::string_view name, std::string_view help, Labels labels) {
  return find(counters_, name, help, std::move(labels));
}

Gauge& Registry::gauge(std::string_view name, std::string_view help, Labels labels) {
  return find(gauges_, name, help, std::move(labels));
}

Histogram& Registry::histogram(std::string_view name, std::string_view help,
                               std::vector<double> bounds, Labels labels) {
  return find(histograms_, name, help, std::move(labels), std::move(bounds));
}

void Registry::collect(Collect source) {
  const std::lock_guard hold(mutex_);
  sources_.push_back(std::move(source));
}

std::vector<Family> Registry::families() const {
  std::vector<Family> families;
  std::vector<Collect> sources;
  {
    const std::lock_guard hold(mutex_);
    append_families(families, counters_, Type::counter);
    append_families(families, gauges_, Type::gauge);
    append_families(families, histograms_, Type::histogram);
    sources = sources_;
  }
  std::ranges::sort(families, {}, &Family::name);
  for (const Collect& source : sources) {
    std::ranges::move(source(), std::back_inserter(families));
  }
  return families;
}

}  // namespace vodmill::metrics
