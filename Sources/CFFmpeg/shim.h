// What Swift's C importer cannot bring over from FFmpeg (macros with casts, variadic functions, compound literals), and
// the differences between FFmpeg 5.1, 6 and 7, which stand here and nowhere else.
#pragma once
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/audio_fifo.h>
#include <libavutil/avutil.h>
#include <libavutil/channel_layout.h>
#include <libavutil/display.h>
#include <libavutil/imgutils.h>
#include <libavutil/mastering_display_metadata.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
#include <libavutil/sha.h>
#include <libswresample/swresample.h>
#include <libswscale/swscale.h>
#include <string.h>

static const int CR_EOF = AVERROR_EOF;
static const int CR_EAGAIN = AVERROR(EAGAIN);
static const int CR_ENOMEM = AVERROR(ENOMEM);
static const int CR_EIO = AVERROR(EIO);
static const int CR_EPERM = AVERROR(EPERM);
static const int CR_EINVAL = AVERROR(EINVAL);
static const int CR_INVALIDDATA = AVERROR_INVALIDDATA;
static const int CR_DECODER_NOT_FOUND = AVERROR_DECODER_NOT_FOUND;
static const int CR_DEMUXER_NOT_FOUND = AVERROR_DEMUXER_NOT_FOUND;
static const int CR_PATCHWELCOME = AVERROR_PATCHWELCOME;
static const int64_t CR_NOPTS = AV_NOPTS_VALUE;

// FFmpeg 6.1 moved the display matrix from the stream's side data to the codec parameters'.
static inline const int32_t *cr_stream_display_matrix(const AVStream *stream) {
#if LIBAVFORMAT_VERSION_INT >= AV_VERSION_INT(60, 15, 100)
  const AVPacketSideData *side = av_packet_side_data_get(
      stream->codecpar->coded_side_data, stream->codecpar->nb_coded_side_data, AV_PKT_DATA_DISPLAYMATRIX);
  return side && side->size >= 9 * sizeof(int32_t) ? (const int32_t *)side->data : NULL;
#else
  size_t size = 0;
  const uint8_t *data = av_stream_get_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, &size);
  return data && size >= 9 * sizeof(int32_t) ? (const int32_t *)data : NULL;
#endif
}

// The brightest light of a film in cd/m2, as its container tells: the brightest pixel, else what the mastering display could
// show; 0 where it does not.
static inline double cr_stream_peak(const AVStream *stream) {
  const AVContentLightMetadata *light = NULL;
  const AVMasteringDisplayMetadata *display = NULL;
#if LIBAVFORMAT_VERSION_INT >= AV_VERSION_INT(60, 15, 100)
  const AVCodecParameters *codec = stream->codecpar;
  const AVPacketSideData *side = av_packet_side_data_get(
      codec->coded_side_data, codec->nb_coded_side_data, AV_PKT_DATA_CONTENT_LIGHT_LEVEL);
  if (side && side->size >= sizeof(*light)) light = (const AVContentLightMetadata *)side->data;
  side = av_packet_side_data_get(
      codec->coded_side_data, codec->nb_coded_side_data, AV_PKT_DATA_MASTERING_DISPLAY_METADATA);
  if (side && side->size >= sizeof(*display)) display = (const AVMasteringDisplayMetadata *)side->data;
#else
  size_t size = 0;
  const uint8_t *data = av_stream_get_side_data(stream, AV_PKT_DATA_CONTENT_LIGHT_LEVEL, &size);
  if (data && size >= sizeof(*light)) light = (const AVContentLightMetadata *)data;
  data = av_stream_get_side_data(stream, AV_PKT_DATA_MASTERING_DISPLAY_METADATA, &size);
  if (data && size >= sizeof(*display)) display = (const AVMasteringDisplayMetadata *)data;
#endif
  if (light && light->MaxCLL) return light->MaxCLL;
  return display && display->has_luminance ? av_q2d(display->max_luminance) : 0;
}

// AVFrame.duration replaced pkt_duration in FFmpeg 6.0.
static inline int64_t cr_frame_duration(const AVFrame *frame) {
#if LIBAVUTIL_VERSION_INT >= AV_VERSION_INT(57, 30, 100)
  return frame->duration;
#else
  return frame->pkt_duration;
#endif
}

// AV_FRAME_FLAG_KEY replaced key_frame in FFmpeg 6.1.
static inline int cr_frame_is_key(const AVFrame *frame) {
#if LIBAVUTIL_VERSION_INT >= AV_VERSION_INT(58, 7, 100)
  return (frame->flags & AV_FRAME_FLAG_KEY) != 0;
#else
  return frame->key_frame;
#endif
}

static inline int cr_frame_is_interlaced(const AVFrame *frame) {
#if LIBAVUTIL_VERSION_INT >= AV_VERSION_INT(58, 7, 100)
  return (frame->flags & AV_FRAME_FLAG_INTERLACED) != 0;
#else
  return frame->interlaced_frame;
#endif
}

// Opening a nested file is how playlists, external references and linked segments reach outside the input. This
// refuses all of them and says so in `opaque`, an int of the owner's.
static inline int cr_refuse_nested_open(AVFormatContext *context, AVIOContext **io, const char *url, int flags,
                                        AVDictionary **options) {
  (void)io; (void)url; (void)flags; (void)options;
  if (context->opaque) *(int *)context->opaque += 1;
  return AVERROR(EPERM);
}

static inline void cr_refuse_nested(AVFormatContext *context, int *count) {
  context->opaque = count;
  context->io_open = cr_refuse_nested_open;
}

// A mark for our own video decoder. FFmpeg copies a context's `opaque` to the contexts of its frame threads, so that it
// tells our decoder's lines from those of probing decoders and parsers, which complain about intact files too.
// An address of anything here would not do: every Swift file has its own copy of these functions.
#define CR_VIDEO_DECODER_MARK ((void *)(uintptr_t)0x637574726f6f6d)
static inline void cr_mark_video_decoder(AVCodecContext *context) { context->opaque = CR_VIDEO_DECODER_MARK; }

// One formatted line of libav's log: `kind` is 1 for the marked decoder, 2 for a demuxer, 0 for the rest.
typedef void (*cr_log_sink)(int level, int kind, const char *line);

static inline cr_log_sink *cr_log_sink_slot(void) {
  static cr_log_sink sink;
  return &sink;
}

// Called from any thread. Slice threads log with objects whose class is not set.
static inline void cr_log_callback(void *object, int level, const char *format, va_list arguments) {
  cr_log_sink sink = *cr_log_sink_slot();
  if (!sink || (level & 0xff) > AV_LOG_WARNING) return;
  int kind = 0;
  const AVClass *class_ = object ? *(const AVClass **)object : NULL;
  if (class_ && class_->class_name) {
    if (!strcmp(class_->class_name, "AVCodecContext")) {
      kind = ((const AVCodecContext *)object)->opaque == CR_VIDEO_DECODER_MARK ? 1 : 0;
    } else if (!strcmp(class_->class_name, "AVFormatContext")) {
      kind = 2;
    }
  }
  char line[512];
  int prefix = 1;
  av_log_format_line2(class_ ? object : NULL, level, format, arguments, line, sizeof line, &prefix);
  sink(level & 0xff, kind, line);
}

static inline void cr_set_log_sink(cr_log_sink sink) {
  *cr_log_sink_slot() = sink;
  av_log_set_callback(cr_log_callback);
}

static inline void cr_describe_layout(const AVChannelLayout *layout, char *text, size_t size) {
  if (av_channel_layout_describe(layout, text, size) < 0 && size) text[0] = 0;
}


// Decoders give pictures out in the order they are shown, some frames late. This keeps a reference to the latest picture a
// decoder has got memory for, so that it can be looked at as soon as its packet is decoded. For decoders with one thread:
// they ask for memory on the caller's. The slot is a thread's own; only one Swift file may use it (see above).
static inline AVFrame **cr_peek_slot(void) {
  static _Thread_local AVFrame *slot;
  return &slot;
}

static inline int cr_peek_get_buffer(AVCodecContext *context, AVFrame *frame, int flags) {
  int code = avcodec_default_get_buffer2(context, frame, flags);
  AVFrame *slot = *cr_peek_slot();
  // Stand-ins for frames that are missing come before the picture itself in H.264 and after it in HEVC.
  int taken = slot && slot->data[0] && context->codec_id == AV_CODEC_ID_HEVC;
  if (code >= 0 && slot && !taken) {
    av_frame_unref(slot);
    if (av_frame_ref(slot, frame) >= 0) {
      // Memory is padded to whole blocks; what is shown is smaller.
      slot->width = context->width < frame->width ? context->width : frame->width;
      slot->height = context->height < frame->height ? context->height : frame->height;
    }
  }
  return code;
}

static inline void cr_peek(AVCodecContext *context) { context->get_buffer2 = cr_peek_get_buffer; }


// FFmpeg fills in the default layout of a number of channels through a pointer that Swift cannot make of a field.
static inline void cr_set_default_layout(AVCodecContext *context, int channels) {
  av_channel_layout_default(&context->ch_layout, channels);
}

// Chapters belong to a muxer once they are made here; they are freed with it.
static inline AVChapter *cr_add_chapter(AVFormatContext *context, int64_t id, int64_t start_ms, int64_t end_ms) {
  AVChapter **list = av_realloc_array(context->chapters, context->nb_chapters + 1, sizeof(*list));
  if (!list) return NULL;
  context->chapters = list;
  AVChapter *chapter = av_mallocz(sizeof(*chapter));
  if (!chapter) return NULL;
  chapter->id = id;
  chapter->time_base = (AVRational){1, 1000};
  chapter->start = start_ms;
  chapter->end = end_ms;
  list[context->nb_chapters++] = chapter;
  return chapter;
}

// What a container says of a stream beside its packets: the display matrix, above all.
static inline void cr_copy_side_data(AVStream *to, const AVStream *from) {
#if LIBAVFORMAT_VERSION_INT >= AV_VERSION_INT(60, 15, 100)
  (void)to; (void)from;  // Part of the codec parameters there.
#else
  for (int i = 0; i < from->nb_side_data; i++) {
    uint8_t *data = av_stream_new_side_data(to, from->side_data[i].type, from->side_data[i].size);
    if (data) memcpy(data, from->side_data[i].data, from->side_data[i].size);
  }
#endif
}

// Whether a container knows a codec by this tag.
static inline int cr_has_codec_tag(const AVOutputFormat *format, enum AVCodecID codec, unsigned tag) {
  return tag && format->codec_tag && av_codec_get_id(format->codec_tag, tag) == codec;
}

// What a container says of how pictures are shown, beside what describes their coding: orientation, stereoscopy,
// projection, and the display they were mastered on.
static inline void cr_copy_shape(AVStream *to, const AVStream *from) {
  static const enum AVPacketSideDataType kinds[] = {
      AV_PKT_DATA_DISPLAYMATRIX,      AV_PKT_DATA_STEREO3D, AV_PKT_DATA_MASTERING_DISPLAY_METADATA,
      AV_PKT_DATA_CONTENT_LIGHT_LEVEL, AV_PKT_DATA_SPHERICAL};
  for (unsigned i = 0; i < sizeof kinds / sizeof *kinds; i++) {
#if LIBAVFORMAT_VERSION_INT >= AV_VERSION_INT(60, 15, 100)
    const AVPacketSideData *side = av_packet_side_data_get(
        from->codecpar->coded_side_data, from->codecpar->nb_coded_side_data, kinds[i]);
    AVPacketSideData *added = side ? av_packet_side_data_new(&to->codecpar->coded_side_data,
                                                            &to->codecpar->nb_coded_side_data, kinds[i], side->size, 0)
                                   : NULL;
    if (added) memcpy(added->data, side->data, side->size);
#else
    size_t size = 0;
    const uint8_t *data = av_stream_get_side_data(from, kinds[i], &size);
    uint8_t *copy = data ? av_stream_new_side_data(to, kinds[i], size) : NULL;
    if (copy) memcpy(copy, data, size);
#endif
  }
}

// Swift sees these arrays as tuples.
static inline uint8_t *cr_frame_plane(const AVFrame *frame, int plane) { return frame->data[plane]; }
static inline int cr_frame_line_size(const AVFrame *frame, int plane) { return frame->linesize[plane]; }

static inline void cr_set_frame_duration(AVFrame *frame, int64_t duration) {
#if LIBAVUTIL_VERSION_INT >= AV_VERSION_INT(57, 30, 100)
  frame->duration = duration;
#else
  frame->pkt_duration = duration;
#endif
}
