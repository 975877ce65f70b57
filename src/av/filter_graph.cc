#include "av/filter_graph.h"

#include <spdlog/fmt/fmt.h>

extern "C" {
#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>
}

namespace vodmill::av {

Result<FilterGraph> FilterGraph::make(const AVFrame& like, Rational time_base,
                                      const std::string& filters) {
  FilterGraph made;
  made.graph_.reset(avfilter_graph_alloc());
  AVFilterGraph* const graph = made.graph_.get();
  if (!graph) return fail_transcode(AVERROR(ENOMEM), "filter graph");
  graph->nb_threads = 1;
  const std::string arguments =
      fmt::format("video_size={}x{}:pix_fmt={}:time_base={}/{}:pixel_aspect=1/1", like.width,
                  like.height, like.format, time_base.num, time_base.den);
  int done = avfilter_graph_create_filter(&made.source_, avfilter_get_by_name("buffer"), "in",
                                          arguments.c_str(), nullptr, graph);
  if (done < 0) return fail_transcode(done, "filter source");
  done = avfilter_graph_create_filter(&made.sink_, avfilter_get_by_name("buffersink"), "out",
                                      nullptr, nullptr, graph);
  if (done < 0) return fail_transcode(done, "filter sink");

  AVFilterInOut* outputs = avfilter_inout_alloc();
  AVFilterInOut* inputs = avfilter_inout_alloc();
  outputs->name = av_strdup("in");
  outputs->filter_ctx = made.source_;
  inputs->name = av_strdup("out");
  inputs->filter_ctx = made.sink_;
  done = avfilter_graph_parse_ptr(graph, filters.c_str(), &inputs, &outputs, nullptr);
  avfilter_inout_free(&inputs);
  avfilter_inout_free(&outputs);
  if (done < 0) return fail_transcode(done, "filters");
  done = avfilter_graph_config(graph, nullptr);
  if (done < 0) return fail_transcode(done, "filters");
  return made;
}

Result<> FilterGraph::send(AVFrame* frame) {
  const int sent = av_buffersrc_add_frame(source_, frame);
  if (sent < 0) return fail_transcode(sent, "filter");
  return {};
}

Result<bool> FilterGraph::receive(AVFrame& frame) {
  const int got = av_buffersink_get_frame(sink_, &frame);
  if (got == AVERROR(EAGAIN) || got == AVERROR_EOF) return false;
  if (got < 0) return fail_transcode(got, "filter");
  return true;
}

}  // namespace vodmill::av
