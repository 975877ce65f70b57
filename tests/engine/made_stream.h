// A source run through the engine in this process, and what comes out of it.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "av/byte_source.h"
#include "base/bytes.h"
#include "core/plan.h"
#include "core/source.h"
#include "mill/output.h"

namespace vodmill::engine_test {

// Bytes in memory as a source.
class MemorySource final : public av::ByteSource {
 public:
  explicit MemorySource(Bytes bytes) : bytes_(std::move(bytes)) {}
  static MemorySource of_file(const std::filesystem::path& path);

  std::int64_t size() const override { return static_cast<std::int64_t>(bytes_.size()); }
  Result<std::size_t> read(std::int64_t offset, std::span<std::byte> into) override;

 private:
  Bytes bytes_;
};

// Takes what tasks give out, as the catalog does: an InitSegment that differs from the stored one,
// or a segment that is not the next of its task, fails the test.
class MadeStream final : public mill::Output {
 public:
  Result<> segment(std::string_view rendition, int index, ByteView bytes,
                   const mill::Pictures& pictures) override;
  Result<> progress(std::int64_t done, std::int64_t encoded) override;

  // Tasks begin: their segments come in order.
  void begin_task() { next_.clear(); }

  // InitSegment and segments [first, ...) of a rendition as one file.
  Bytes joined(const std::string& rendition, int first = 0) const;
  const Bytes& piece(const std::string& rendition, int index) const;
  std::size_t pieces(const std::string& rendition) const;

  // The small pictures that came with the lowest rendition's segments, by segment.
  const std::map<int, mill::Pictures>& pictures() const { return pictures_; }

 private:
  std::map<std::string, std::map<int, Bytes>, std::less<>> pieces_;
  std::map<std::string, int, std::less<>> next_;
  std::map<int, mill::Pictures> pictures_;
  std::int64_t done_ = 0;
};

// Probes and plans; a refusal fails the test.
SourceInfo probe_info(MemorySource& source);
Plan plan_for(MemorySource& source, int parallel);
// The same plan with one chunk that holds every segment.
Plan as_one_chunk(Plan plan);

// Runs one task into `made`.
void make_chunk(MemorySource& source, const Plan& plan, int chunk, std::vector<int> resume,
                MadeStream& made);
void make_sound(MemorySource& source, const Plan& plan, int resume, MadeStream& made,
                int sound = 0);

// Every chunk, the last one first, and every sound.
void make_all(MemorySource& source, const Plan& plan, MadeStream& made);

// Every rendition is whole: the worker's parser accepts all of it, decode times follow each other
// from 0 on without a gap, every segment begins and ends at its frame numbers, one step a frame.
void expect_whole(const Plan& plan, const MadeStream& made);

}  // namespace vodmill::engine_test
