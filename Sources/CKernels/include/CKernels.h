// The inner loops of mixing, mastering and looking at pictures. Each has one meaning; where an AVX2 version exists it is
// chosen at run time.
#pragma once
#include <stddef.h>
#include <stdint.h>

// Lets vanishing numbers become zero on this thread: filters that ring out would otherwise crawl through denormals.
void ck_flush_denormals(void);

// From then on, large blocks go back to the system as they are freed: glibc would keep ever larger ones for itself.
void ck_keep_memory_small(void);

// Gives memory that was freed back to the system, where the allocator kept it.
void ck_return_memory(void);

// sum[frame][out] += envelope[frame] * source[frame][in] * matrix[out][in], interleaved. `envelope` may be NULL: 1.
void ck_mix_add(float *sum, size_t out_channels, const float *source, size_t in_channels, const float *matrix,
                const float *envelope, size_t frames);

// samples[frame][channel] *= gain[frame].
void ck_apply_gain(float *samples, size_t channels, const float *gain, size_t frames);

// Replaces what is not a number, or infinite, by 0; returns how many.
size_t ck_clean(float *samples, size_t count);

// The largest magnitude.
float ck_peak(const float *samples, size_t count);

// Lowers *low and raises *high to the lowest and highest value; what is not a number is passed over.
void ck_extremes(const float *samples, size_t count, float *low, float *high);

// The sum of squares.
double ck_energy(const float *samples, size_t count);

// Three phases of twelve taps between two samples: output k of phase p is sum over t of taps[p][t] * x[k - t].
typedef struct {
  float taps[3][12];
} ck_interpolator;

// For one channel of `frames` samples, interleaved with `stride`: raises peaks[k] to the largest magnitude among x[k - 6]
// and its three interpolated successors. `history` holds the eleven samples before, and then those to come.
// `scratch` has room for frames + 11.
void ck_true_peaks(const ck_interpolator *filter, const float *samples, size_t stride, size_t frames, float *history,
                   float *scratch, float *peaks);
// The same without AVX2, for comparison.
void ck_true_peaks_plain(const ck_interpolator *filter, const float *samples, size_t stride, size_t frames,
                         float *history, float *scratch, float *peaks);

// Two second-order sections, one behind the other: b0 b1 b2 a1 a2 each.
typedef struct {
  double shelf[5];
  double high_pass[5];
} ck_weighting;

// The energy of up to two neighbouring channels behind the weighting filter; `state` is 8 doubles (4 a channel), kept
// from call to call. `second` is 0 where there is one channel alone. energies[0 and 1] are added to.
void ck_weighted_energy(const ck_weighting *filter, const float *samples, size_t stride, int second, size_t frames,
                        double *state, double *energies);

// The gain of a look-ahead limiter out of the peaks of each sample: the lowest gain that any sample of the window needs,
// let go by the share `rise` a sample, averaged over the window.
typedef struct ck_limiter ck_limiter;
ck_limiter *ck_limiter_new(size_t window, float ceiling, double rise);
void ck_limiter_free(ck_limiter *limiter);
// Fills `gains`; returns 0, and leaves them alone, where all are 1.
int ck_limiter_gains(ck_limiter *limiter, const float *peaks, float *gains, size_t frames);
// The lowest gain so far, and how many were below 1.
float ck_limiter_lowest(const ck_limiter *limiter);
size_t ck_limiter_limited(const ck_limiter *limiter);

// Bytes of planes in which text is looked for. Planes hold `height` rows of `width` bytes, at least CK_LEAST_WIDTH
// wide and 3 high. The step of luma at a position is the byte after it less the byte before it.
enum { CK_LEAST_WIDTH = 34 };

// A bit for each pixel of a plane: every row begins with a word, whose bit 0 is its first pixel, and has ck_words(width) of them,
// of which what is beyond the row is 0. What takes `number` words, and `row` of a row, reads as many as a row has before and after
// them, and one more, too: all of these must be 0 where nothing else is said.
static inline size_t ck_words(size_t width) { return (width + 63) / 64; }

// Bits are set where luma rises, or falls, by more than the limit, which is under 255. The outermost pixels have none: what stands in the
// first and the last row is left alone, others are cleared.
void ck_stroke_bits(const uint8_t *luma, size_t width, size_t height, uint8_t limit, uint64_t *rises, uint64_t *falls);
// Sets what is set in each pixel's 3×3 neighbourhood; the first and the last pixel of no row may be set. `scratch` must be 0 before
// and after its `number` words, like the others.
void ck_widen_bits(const uint64_t *words, size_t row, size_t number, uint64_t *target, uint64_t *scratch);
// What is set in all of some planes, at least one, and not in `without`.
void ck_common_bits(const uint64_t *const *planes, size_t count, const uint64_t *without, uint64_t *target, size_t number);
// Keeps what is set in the others, or in the row above or below, which need not be 0 there.
void ck_keep_bits_of_rows(uint64_t *words, const uint64_t *others, size_t row, size_t number);

// The least of what some planes (at least one) rise at some pixels, less that of what they fall: one of them is 0. In all planes but the
// first the largest counts that is up to `reach` pixels away, 0 or 1, in the order of positions: before the first of a row comes the
// last of the row before. Positions beyond an end of a plane count as that end.
void ck_least_at(const uint8_t *const *planes, size_t number, size_t width, size_t height, size_t reach, const int32_t *pixels,
                 size_t count, int16_t *steps);

// The window in which ck_dense counts, and how many windows side by side, and rows one below another, must be dense. No fewer side by
// side are dense at an end of a row: these hold all that the last of them does.
enum { CK_DENSE_WIDTH = 25, CK_DENSE_HEIGHT = 5, CK_DENSE_RUN = 13, CK_DENSE_ROWS = 3 };
// Bytes of memory that ck_dense needs: a row of words and one of tiles, and for each plane two rows with a tile, a window and a vector
// more, and what the tiles of each row hold, with as many bytes more as a vector has at most.
static inline size_t ck_dense_scratch(size_t width, size_t height) {
  const size_t words = ck_words(width), tiles = 2 * words + 2 + 31;
  return 8 * (words + 1) + tiles + 2 * (2 * (64 * words + 96) + (height + 1) * tiles);
}
// 255 in the rows of `mask` whose `rows` is not 0, where the window round a pixel holds at least `needed` bits (at least one) of both
// planes; outside the planes there are none. These are rows in which that is so for CK_DENSE_RUN pixels side by side; those that are
// not among CK_DENSE_ROWS such rows one below another may be left out. Other rows of `mask` are left in disorder. `scratch`, aligned to a
// word: ck_dense_scratch bytes.
void ck_dense(const uint64_t *rising, const uint64_t *falling, size_t width, size_t height, uint8_t needed, uint8_t *mask,
              uint8_t *rows, uint8_t *scratch);

// Pixels side by side, of which the first is at position `first`, and the part of a template that they belong to.
typedef struct {
  uint32_t first;
  uint16_t count, part;
} ck_run;
enum { CK_PARTS = 32, CK_RUN_STEP = 16 };
// What a picture of `count` bytes shows of a template moved by `offset` positions: by part the products of its weights and the picture's
// steps, added to `products`, and the squares of the steps where there is a weight, added to `square`. Positions beyond an end of the
// picture count as that end.
// Runs, of which those of a part come together, have a weight for each pixel, 0 where none counts, and as many more zeros as bring
// their number to a multiple of CK_RUN_STEP. No weight is larger than 255.
void ck_sight(const uint8_t *luma, size_t count, ptrdiff_t offset, const ck_run *runs, size_t number, const int16_t *weights,
              int64_t *products, int64_t *square);
// The same products, moved to each of the pixels round where the template is, row after row: by neighbour and part.
enum { CK_NEIGHBOURS = 9 };
void ck_sights(const uint8_t *luma, size_t count, size_t width, const ck_run *runs, size_t number, const int16_t *weights,
               int64_t *products);

// What a picture shows of strokes on each of `count` ways along the line, the first by `first` pixels: the products of their weights
// and the steps of `luma` there, without strokes whose step would reach out of their row of `width` bytes.
typedef struct {
  uint32_t row;
  int16_t x, weight;
} ck_stroke;
void ck_slide(const uint8_t *luma, size_t width, const ck_stroke *strokes, size_t number, ptrdiff_t first, size_t count,
              int32_t *products);

// The positions at which a row of values turns from up to `limit` to above it, and back, in turn; what is above it at the end turns
// there. Returns their number, always even; there are at most `count` + 1.
size_t ck_turns(const uint8_t *values, size_t count, uint8_t limit, uint32_t *positions);

// values[i] becomes the lesser, or the larger, of values[i] and other[i]. `other` may overlap what lies ahead of `values`.
void ck_keep_least(uint8_t *values, const uint8_t *other, size_t count);
void ck_keep_largest(uint8_t *values, const uint8_t *other, size_t count);

// How many values exceed others by more than `limit`.
size_t ck_count_exceeding(const uint8_t *values, const uint8_t *others, uint8_t limit, size_t count);

// The sums of the steps, without their sign, in the left half of each row, up to column width / 2, and in the right one, but for those of
// the outermost pixels.
void ck_halves_of_rows(const uint8_t *luma, size_t width, size_t height, float *left, float *right);

// A value for each of some rows, and the sums of the values, and of their squares, of the rows before each, and of all.
typedef struct {
  const float *values;
  const double *sums, *squares;
} ck_profile;
// Pearson's correlations of two profiles of `count` rows, of which the other is so many rows further down, from `first` on, `number` in
// turn, over the rows that both have; -1 where these are fewer than `least`, at least one, or one of the profiles is even.
void ck_correlations(ck_profile profile, ck_profile other, size_t count, ptrdiff_t first, size_t number, size_t least,
                     double *correlations);

// How sums of samples become levels from 0 to 255: ((sum << shift) * gain / 65536 - black) / 64, rounded.
typedef struct {
  uint16_t shift, gain, black;
} ck_levels;

// Boxes of samples, 1 to 16 wide, that follow each other without a gap along a row: of each some rows (1 to its width), `stride` bytes
// apart, are summed, and the next box further down begins `step` bytes on.
typedef struct {
  size_t width, rows, stride, step;
} ck_boxes;
// Words of scratch that ck_shrink needs for rows of `width` boxes of so many columns: a sum of each box and of each column, and vectors
// that go on behind them. Boxes of one and two columns need none, but in the shortest rows.
static inline size_t ck_shrink_scratch(size_t width, size_t columns) {
  return columns <= 2 && width >= 32 ? 0 : (columns + 1) * width + 32;
}
// Sums of boxes brought to levels: `height` rows of `width` boxes.
void ck_shrink(const uint8_t *luma, ck_boxes boxes, ck_levels levels, uint8_t *small, size_t width, size_t height,
               uint16_t *scratch);

// Small pictures in which scene boundaries are looked for: planes of CK_SMALL_WIDTH × CK_SMALL_HEIGHT samples.
enum { CK_SMALL_WIDTH = 64, CK_SMALL_HEIGHT = 36, CK_SMALL_SAMPLES = CK_SMALL_WIDTH * CK_SMALL_HEIGHT };
// The least samples of a row that ck_box_means takes.
enum { CK_LEAST_BOXED = 32 };

// means[x] is the rounded mean of the samples from edges[x] up to edges[x + 1] (which is larger, and at most `width`) of
// `count` rows.
void ck_box_means(const uint8_t *const *rows, size_t count, size_t width, const uint32_t *edges, size_t boxes,
                  uint8_t *means);

// Blocks of a small picture, and how far from its place each may be looked for.
enum { CK_BLOCK_WIDTH = 8, CK_BLOCK_HEIGHT = 9, CK_REACH_X = 6, CK_REACH_Y = 3 };
typedef struct {
  int16_t x, y;
  uint32_t penalty;
} ck_shift;
// Predicts each block of the later picture from the earlier one, whose edges are repeated outwards. The shift with the least
// sum of absolute differences of luma and penalty is taken, of equals the first; `shifts` come by rising penalty.
// Returns the sum over all blocks: twice this, and the differences of both chroma planes at that shift.
uint32_t ck_motion_residual(const uint8_t *luma, const uint8_t *blue, const uint8_t *red, const uint8_t *later_luma,
                            const uint8_t *later_blue, const uint8_t *later_red, const ck_shift *shifts, size_t count);

// What a correlation of two blocks of CK_BLOCK_WIDTH columns is made of.
typedef struct {
  int32_t sum, squares;
} ck_moments;
typedef struct {
  ck_moments moments;
  int32_t products;
} ck_match;
enum { CK_BLOCKS = 32, CK_MOST_MATCH_REACH = 2 };
// For each of CK_BLOCKS blocks (four rows of eight, `height` samples high, the first at row `top`) of `target`: its moments, and
// for every shift up to `reach` each way (row after row) those of the shifted block of `source` and their products. What lies
// outside the blocks' rows, or the plane, repeats the edge.
void ck_match_blocks(const uint8_t *source, const uint8_t *target, size_t top, size_t height, size_t reach,
                     ck_moments *own, ck_match *shifted);

// Counts samples whose differences, of three planes together, exceed `edge`, and those of which that is so or whose luma
// exceeds `dark` in either picture.
void ck_cover(const uint8_t *luma, const uint8_t *blue, const uint8_t *red, const uint8_t *other_luma,
              const uint8_t *other_blue, const uint8_t *other_red, uint8_t edge, uint8_t dark, uint32_t *changed,
              uint32_t *live);

// Half pictures: three planes, one after the other, of CK_HALF_SAMPLES sums of four samples, from 0 to 1020. What is summed
// over all three counts the first twice.
enum { CK_HALF_SAMPLES = CK_SMALL_SAMPLES / 4 };

// The sum of absolute differences.
uint32_t ck_half_distance(const int16_t *a, const int16_t *b);
// axis = to - from; returns the sum of its squares.
int64_t ck_mix_axis(const int16_t *from, const int16_t *to, int16_t *axis);
// The sum of (picture - from) * axis.
int64_t ck_mix_share(const int16_t *picture, const int16_t *from, const int16_t *axis);
// The sum of |(picture - from) * 256 - factor * axis| / 16, each rounded down. `factor` is at most 4096 either way.
uint32_t ck_mix_residual(const int16_t *picture, const int16_t *from, const int16_t *axis, int16_t factor);
// difference = the absolute differences of one sample's three values, the first counted twice; returns how many exceed `edge`.
uint32_t ck_half_differences(const int16_t *a, const int16_t *b, int16_t edge, int16_t *difference);
// How far a sample's values in `b` lie outside those that `a` has within CK_FOLLOW_REACH samples, or the other way round where that
// is more: what motion that far does not explain. Differences of the three values as above.
enum { CK_FOLLOW_REACH = 2 };
void ck_half_unfollowed(const int16_t *a, const int16_t *b, int16_t *difference);
