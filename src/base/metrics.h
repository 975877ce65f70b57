// Numbers for operators: counters, gauges and histograms, shown in the Prometheus text format.
//
// app/ owns the one Registry of a process and hands it down; whoever counts asks it once for each
// of its numbers and keeps the reference, which lives as long as the registry. Counting takes no
// lock. All of it is callable from any thread.
//
// Names are snake_case with a unit and, for counters, `_total` at the end. Labels come from closed
// lists (a route, a status, a code), never from what a client sends: each combination is kept for
// ever.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vodmill::metrics {

// Name and value, in the order in which they are shown.
using Labels = std::vector<std::pair<std::string, std::string>>;

enum class Type { counter, gauge, histogram };

// Only ever grows.
class Counter {
 public:
  // by >= 0.
  void add(double by = 1) { value_ += by; }
  double value() const { return value_; }

 private:
  std::atomic<double> value_ = 0;
};

class Gauge {
 public:
  void set(double value) { value_ = value; }
  void add(double by) { value_ += by; }
  double value() const { return value_; }

 private:
  std::atomic<double> value_ = 0;
};

// One more for as long as it lives.
class Held {
 public:
  explicit Held(Gauge& gauge) : gauge_(gauge) { gauge_.add(1); }
  ~Held() { gauge_.add(-1); }
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;

 private:
  Gauge& gauge_;
};

class Histogram {
 public:
  // bounds: upper limits of the buckets, ascending; one for everything above is added.
  explicit Histogram(std::vector<double> bounds)
      : bounds_(std::move(bounds)), counts_(bounds_.size() + 1) {}

  void observe(double value);

  const std::vector<double>& bounds() const { return bounds_; }
  // How many fell into each bucket, not added up; one more than there are bounds.
  std::vector<double> counts() const;
  double sum() const { return sum_; }

 private:
  const std::vector<double> bounds_;
  std::deque<std::atomic<double>> counts_;
  std::atomic<double> sum_ = 0;
};

// Seconds that an answer may take, from 5 ms to a minute.
std::vector<double> latency_bounds();

// One line of the text: the name, `suffix` and labels, and the value.
struct Sample {
  std::string suffix;  // "_bucket", "_sum" and "_count" of a histogram, else ""
  Labels labels;
  double value = 0;
};

// All samples of one name.
struct Family {
  std::string name;
  std::string help;
  Type type = Type::gauge;
  std::vector<Sample> samples;
};

// The exposition format 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats).
std::string to_text(const std::vector<Family>& families);
inline constexpr std::string_view kTextType = "text/plain; version=0.0.4; charset=utf-8";

class Registry {
 public:
  Registry() = default;
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  // The number with this name and these labels: the same one whenever it is asked for. REQUIRES: a
  // name always has the same type, help and label names.
  Counter& counter(std::string_view name, std::string_view help, Labels labels = {});
  Gauge& gauge(std::string_view name, std::string_view help, Labels labels = {});
  Histogram& histogram(std::string_view name, std::string_view help, std::vector<double> bounds,
                       Labels labels = {});

  // Asked at every look for numbers that nobody counts, such as memory in use. What it refers to
  // outlives the last look.
  using Collect = std::function<std::vector<Family>()>;
  void collect(Collect source);

  // Everything as it is now, by name, with what the sources say after it.
  std::vector<Family> families() const;

 private:
  template <class Number>
  struct Group {
    std::string help;
    std::map<Labels, Number> numbers;
  };
  template <class Number>
  using Groups = std::map<std::string, Group<Number>, std::less<>>;

  template <class Number, class... Arguments>
  Number& find(Groups<Number>& groups, std::string_view name, std::string_view help, Labels labels,
               Arguments&&... arguments);

  mutable std::mutex mutex_;
  Groups<Counter> counters_;
  Groups<Gauge> gauges_;
  Groups<Histogram> histograms_;
  std::vector<Collect> sources_;
};

}  // namespace vodmill::metrics
