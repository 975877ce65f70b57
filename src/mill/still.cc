#include "mill/still.h"

#include "av/jpeg.h"
#include "av/picture.h"
#include "mill/frame_reader.h"
#include "sandbox/messages.h"

namespace vodmill::mill {
namespace {

// The top rung's picture that is shown as the range's one output frame.
Result<av::FramePtr> shown_picture(FrameReader& reader, const Plan& plan) {
  av::Normalizer normalizer(plan, plan.source_time_base);
  av::FramePtr picture = av::make_frame();
  std::size_t before = 0;  // pictures that only a filter needed
  for (bool shown = false; !shown;) {
    std::optional<ShownFrame> frame = TRY(reader.next());
    if (!frame) break;
    shown = frame->from < frame->to;
    if (!shown) ++before;
    TRY_VOID(normalizer.send(frame->frame.get()));
  }
  TRY_VOID(normalizer.send(nullptr));
  for (std::size_t seen = 0; TRY(normalizer.receive(*picture)); ++seen) {
    if (seen == before) return picture;
    av_frame_unref(picture.get());
  }
  return fail(ErrorCode::malformed_input, "No picture of this moment can be decoded.");
}

}  // namespace

Result<json::object> make_still(av::ByteSource& source, const plan::TaskSpec& spec,
                                Output& output) {
  const plan::StillSpec& wanted = *spec.still;
  FrameReader reader = TRY(FrameReader::open(source, *spec.plan, wanted.frame, wanted.frame + 1));
  const av::FramePtr picture = TRY(shown_picture(reader, *spec.plan));
  av::JpegPicture still = TRY(av::JpegPicture::make(wanted.width, wanted.height));
  TRY_VOID(still.paint(*picture, 0, wanted.width));
  const Bytes bytes = TRY(still.encode(sandbox::kLongestPoster));
  TRY_VOID(output.segment(plan::kStillName, 0, bytes, {}));
  return json::object();
}

}  // namespace vodmill::mill
