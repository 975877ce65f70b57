#include "av/normal_filters.h"

#include <spdlog/fmt/fmt.h>

#include <string_view>

#include "core/source.h"
#include "core/transfer.h"

extern "C" {
#include <libavutil/pixdesc.h>
}

namespace vodmill::av {
namespace {

struct Size {
  int width, height;
};

// How the samples of a frame are to be read. Matrix and primaries are numbers of H.273, which libav
// and zimg use alike.
struct Colours {
  bool has_matrix = true;  // neither RGB nor grey
  bool is_rgb = false;
  bool is_full = false;
  bool is_deep = false;  // more than 8 bits
  int matrix = AVCOL_SPC_BT709;
  int primaries = AVCOL_PRI_BT709;
};

int matrix_of(const AVFrame& frame, bool is_hdr) {
  switch (frame.colorspace) {
    case AVCOL_SPC_BT709:
    case AVCOL_SPC_FCC:
    case AVCOL_SPC_BT470BG:
    case AVCOL_SPC_SMPTE170M:
    case AVCOL_SPC_SMPTE240M:
    case AVCOL_SPC_YCGCO:
    case AVCOL_SPC_BT2020_NCL:
    case AVCOL_SPC_BT2020_CL:
      return frame.colorspace;
    case AVCOL_SPC_ICTCP:
      if (is_hdr) return frame.colorspace;
      break;
    default:
      break;
  }
  if (is_hdr) return AVCOL_SPC_BT2020_NCL;
  return frame.height >= kHighDefinitionLines ? AVCOL_SPC_BT709 : AVCOL_SPC_SMPTE170M;
}

int primaries_of(const AVFrame& frame, bool is_hdr) {
  if (is_hdr) {
    const bool is_known = frame.color_primaries == AVCOL_PRI_BT709 ||
                          frame.color_primaries == AVCOL_PRI_SMPTE432;  // see ToneMapper
    return is_known ? frame.color_primaries : AVCOL_PRI_BT2020;
  }
  switch (frame.color_primaries) {
    case AVCOL_PRI_BT709:
    case AVCOL_PRI_BT470M:
    case AVCOL_PRI_BT470BG:
    case AVCOL_PRI_SMPTE170M:
    case AVCOL_PRI_SMPTE240M:
    case AVCOL_PRI_FILM:
    case AVCOL_PRI_BT2020:
    case AVCOL_PRI_SMPTE428:
    case AVCOL_PRI_SMPTE431:
    case AVCOL_PRI_SMPTE432:
    case AVCOL_PRI_EBU3213:
      return frame.color_primaries;
    default:
      return AVCOL_PRI_BT709;
  }
}

bool is_jpeg_format(int format) {
  switch (format) {
    case AV_PIX_FMT_YUVJ411P:
    case AV_PIX_FMT_YUVJ420P:
    case AV_PIX_FMT_YUVJ422P:
    case AV_PIX_FMT_YUVJ440P:
    case AV_PIX_FMT_YUVJ444P:
      return true;
    default:
      return false;
  }
}

Colours colours_of(const AVFrame& frame, bool is_hdr) {
  Colours colours;
  if (const auto* format = av_pix_fmt_desc_get(static_cast<AVPixelFormat>(frame.format))) {
    colours.is_rgb = (format->flags & AV_PIX_FMT_FLAG_RGB) != 0;
    colours.has_matrix = !colours.is_rgb && format->nb_components >= 3;
    colours.is_deep = format->comp[0].depth > 8;
  }
  colours.is_full = frame.color_range == AVCOL_RANGE_JPEG || is_jpeg_format(frame.format);
  colours.matrix = matrix_of(frame, is_hdr);
  colours.primaries = primaries_of(frame, is_hdr);
  return colours;
}

// Of the picture before it is turned.
Size upright_size(const Plan& plan) {
  const Rendition& top = plan.ladder.front();
  const bool on_its_side = plan.rotation % 180 != 0;
  return on_its_side ? Size{top.height, top.width} : Size{top.width, top.height};
}

std::string_view range_name(bool is_full) { return is_full ? "pc" : "tv"; }

std::string deinterlaced(const Plan& plan) {
  if (!plan.deinterlace) return {};
  if (plan.field_order.empty()) return "bwdif=mode=send_frame:deint=interlaced,";
  const std::string_view parity = plan.field_order == "bff" ? "bff" : "tff";
  return fmt::format("bwdif=mode=send_frame:deint=all:parity={},", parity);
}

// The samples stay what they are. zimg refuses odd sizes where chroma is subsampled.
std::string resized(const AVFrame& frame, Size size) {
  if (frame.width == size.width && frame.height == size.height) return {};
  return fmt::format("scale=w={}:h={}:flags=bicubic:in_range=tv:out_range=tv,", size.width,
                     size.height);
}

// How zimg is to read the frame; the matrix of RGB is its own.
std::string read_as(const Colours& colours) {
  std::string options =
      fmt::format("rin={}:pin={}", range_name(colours.is_full), colours.primaries);
  if (colours.has_matrix) options += fmt::format(":min={}", colours.matrix);
  return options;
}

// What BT.709 cannot show is clipped in R'G'B', as its displays do it: its Y'CbCr would bend it
// into other colours.
constexpr std::string_view kClipped = "r=pc,format=gbrp12le,zscale=";
constexpr std::string_view kStored = "m=709:r=limited";

// R'G'B' of the source's own transfer and primaries.
std::string for_tone_mapper(const Plan& plan, const Colours& colours) {
  const std::string_view transfer = plan.tone_map == kHlg ? kHlg : kPq;
  return fmt::format("zscale={}:tin={}:t={}:p={}:r=pc,format=gbrp12le", read_as(colours), transfer,
                     transfer, colours.primaries);
}

// Primaries are converted as a display shows them (BT.1886); all transfers of SDR count as one.
std::string converted(const Colours& colours) {
  const bool has_others = colours.primaries != AVCOL_PRI_BT709;
  return fmt::format("zscale={}:tin=709:t=709:p=709:{}{}:d={},format=yuv420p", read_as(colours),
                     has_others ? kClipped : "", kStored, colours.is_deep ? "ordered" : "none");
}

// Only samples' formats and sizes change.
std::string stored_anew(const Colours& colours, Size size) {
  std::string filter = fmt::format(
      "scale=w={}:h={}:flags=bicubic:out_color_matrix=bt709:out_range=tv", size.width, size.height);
  if (!colours.is_rgb) {
    filter += fmt::format(":in_color_matrix=bt709:in_range={}", range_name(colours.is_full));
  }
  return filter + ",format=yuv420p";
}

std::string coloured(const Plan& plan, const AVFrame& frame) {
  const Size size = upright_size(plan);
  const bool is_hdr = !plan.tone_map.empty();
  const Colours colours = colours_of(frame, is_hdr);
  if (is_hdr) return resized(frame, size) + for_tone_mapper(plan, colours);
  const bool is_bt709 =
      colours.primaries == AVCOL_PRI_BT709 &&
      (!colours.has_matrix || (colours.matrix == AVCOL_SPC_BT709 && !colours.is_full));
  if (!is_bt709) return resized(frame, size) + converted(colours);
  // The scale filter copies even where nothing is to be done.
  const bool is_right = frame.width == size.width && frame.height == size.height &&
                        frame.format == AV_PIX_FMT_YUV420P;
  return is_right ? "format=yuv420p" : stored_anew(colours, size);
}

// Quarter turns, and mirroring after them.
std::string turned(const Plan& plan) {
  std::string filters;
  if (plan.rotation == 90) filters += ",transpose=clock";
  if (plan.rotation == 180) filters += ",hflip,vflip";
  if (plan.rotation == 270) filters += ",transpose=cclock";
  if (plan.mirrored) filters += ",hflip";
  return filters;
}

}  // namespace

std::string normal_filters(const Plan& plan, const AVFrame& frame) {
  const std::string filters = deinterlaced(plan) + coloured(plan, frame);
  return plan.tone_map.empty() ? filters + turned(plan) + ",setsar=1" : filters;
}

std::string filters_after_tone_mapper(const Plan& plan) {
  return fmt::format("zscale=pin=709:tin=709:p=709:t=709:{}:d=ordered,format=yuv420p{},setsar=1",
                     kStored, turned(plan));
}

}  // namespace vodmill::av
