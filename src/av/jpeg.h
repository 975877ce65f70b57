// Pictures of the ladder as JPEG files: full range, BT.601, as JFIF says and browsers expect.
//
// Used by a mill for strips, posters and stills; one thread. Errors: transcode_failed,
// out_of_memory.
#pragma once

#include "av/libav.h"
#include "base/bytes.h"

namespace vodmill::av {

class JpegPicture {
 public:
  // A black one. REQUIRES: width and height are even and from 2 to 65,534.
  static Result<JpegPicture> make(int width, int height);

  // Scales `picture`, a picture of the ladder, to the whole height at columns [x, x + width).
  // REQUIRES: x and width are even and inside.
  Result<> paint(const AVFrame& picture, int x, int width);

  // The file, in as good a quality as fits `at_most` bytes. internal_error if none does.
  Result<Bytes> encode(std::size_t at_most) const;

 private:
  FramePtr frame_;
};

// The same picture in memory of its own.
Result<FramePtr> copy_of(const AVFrame& picture);

// What a picture of the ladder is worth as a poster: 0 for one colour, black or white, up to
// kBestPoster for one that is well lit and full of detail.
int poster_score(const AVFrame& picture);

}  // namespace vodmill::av
