// RAII at libav's edge: owners for its objects, and AVERROR translated in one place.
//
// Used only inside the mill and its tests; every object belongs to one thread.
#pragma once

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavfilter/avfilter.h>
#include <libavformat/avformat.h>
#include <libswresample/swresample.h>
#include <libswscale/swscale.h>
}

#include <memory>

#include "base/error.h"
#include "base/rational.h"

namespace vodmill::av {

template <auto free_function>
struct FreeByAddress {
  template <class T>
  void operator()(T* object) const {
    free_function(&object);
  }
};

template <auto free_function>
struct FreeByValue {
  template <class T>
  void operator()(T* object) const {
    free_function(object);
  }
};

using FramePtr = std::unique_ptr<AVFrame, FreeByAddress<av_frame_free>>;
using PacketPtr = std::unique_ptr<AVPacket, FreeByAddress<av_packet_free>>;
using CodecContextPtr = std::unique_ptr<AVCodecContext, FreeByAddress<avcodec_free_context>>;
using CodecParametersPtr =
    std::unique_ptr<AVCodecParameters, FreeByAddress<avcodec_parameters_free>>;
using FilterGraphPtr = std::unique_ptr<AVFilterGraph, FreeByAddress<avfilter_graph_free>>;
using ScalerPtr = std::unique_ptr<SwsContext, FreeByValue<sws_freeContext>>;
using ResamplerPtr = std::unique_ptr<SwrContext, FreeByAddress<swr_free>>;

// Never null: running out of memory ends the mill, which its worker sees as a crash.
FramePtr make_frame();
PacketPtr make_packet();

// A libav failure as an Error. `meaning` is what such a failure means for the video at this call;
// AVERROR(ENOMEM) is out_of_memory whatever the caller thinks.
std::unexpected<Error> fail_av(int averror, ErrorCode meaning, std::string_view doing);

// The same behind the decoder, where no file can be blamed any more: transcode_failed.
std::unexpected<Error> fail_transcode(int averror, std::string_view doing);

// A frame into an encoder; nullptr after the last one.
Result<> send_frame(AVCodecContext& encoder, const AVFrame* frame);

// The next packet out of it; false when it wants another frame or all have come.
Result<bool> receive_packet(AVCodecContext& encoder, AVPacket& packet);

inline AVRational to_av(Rational r) { return {static_cast<int>(r.num), static_cast<int>(r.den)}; }
inline Rational from_av(AVRational r) { return {r.num, r.den}; }

// libav prints nothing from here on: what it says is written by strangers' files.
void quiet_libav();

}  // namespace vodmill::av
