#include "mill/without_media.h"

#include <algorithm>
#include <array>

#include "bmff/box.h"

namespace vodmill::mill {
namespace {

using bmff::FourCc;

constexpr int kMostBoxes = 64;  // at the top of a file

bool is_of_fragments(FourCc type) {
  constexpr std::array kFragmented{FourCc("moof"), FourCc("mfra"), FourCc("sidx"), FourCc("ssix"),
                                   FourCc("styp")};
  return std::ranges::find(kFragmented, type) != kFragmented.end();
}

Result<std::optional<bmff::BoxHeader>> read_header(av::ByteSource& source, std::int64_t offset) {
  std::array<std::byte, bmff::BoxHeader::kMost> bytes{};
  std::size_t have = 0;
  while (have < bytes.size()) {
    const std::size_t got =
        TRY(source.read(offset + static_cast<std::int64_t>(have), std::span(bytes).subspan(have)));
    if (got == 0) break;
    have += got;
  }
  return bmff::parse_box_header(std::span(bytes).first(have));
}

}  // namespace

Result<std::optional<std::vector<ByteRange>>> find_media(av::ByteSource& source) {
  std::vector<ByteRange> media;
  int movies = 0;
  int boxes = 0;
  for (std::int64_t at = 0; at < source.size(); ++boxes) {
    const auto header = TRY(read_header(source, at));
    if (!header || boxes == kMostBoxes || is_of_fragments(header->type)) return std::nullopt;
    const std::int64_t end = header->bytes == 0 ? source.size() : at + header->bytes;
    if (header->type == FourCc("moov")) ++movies;
    if (header->type == FourCc("mdat")) media.push_back({at + header->header_bytes, end});
    at = end;
  }
  if (movies != 1 || media.empty()) return std::nullopt;
  return media;
}

Result<std::size_t> WithoutMedia::read(std::int64_t offset, std::span<std::byte> into) {
  if (offset < 0 || offset >= size()) return std::size_t{0};
  const auto next = std::ranges::upper_bound(media_, offset, {}, &ByteRange::to);
  const bool is_media = next != media_.end() && offset >= next->from;
  const std::int64_t border =
      next == media_.end() ? size() : std::min(size(), is_media ? next->to : next->from);
  const auto count =
      static_cast<std::size_t>(std::min<std::int64_t>(std::ssize(into), border - offset));
  if (!is_media) return source_.read(offset, into.first(count));
  std::ranges::fill(into.first(count), std::byte{0});
  return count;
}

}  // namespace vodmill::mill
