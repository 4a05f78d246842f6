#include "CKernels.h"

#include <math.h>
#if defined(__linux__)
#include <malloc.h>
#endif
#if defined(__x86_64__)
#include <immintrin.h>
#endif

void ck_flush_denormals(void) {
#if defined(__x86_64__)
  _mm_setcsr(_mm_getcsr() | 0x8040);
#endif
}

void ck_keep_memory_small(void) {
#if defined(__GLIBC__)
  mallopt(M_MMAP_THRESHOLD, 1 << 17);
  mallopt(M_TRIM_THRESHOLD, 1 << 20);
#endif
}

void ck_return_memory(void) {
#if defined(__GLIBC__)
  malloc_trim(0);
#endif
}

// A product is rounded before it is added, on every machine: the mix is the same wherever it is made.
#pragma STDC FP_CONTRACT OFF

#define MIX_BODY                                                                                                       \
  if (out_channels == 2 && in_channels == 1) {                                                                         \
    const float left = matrix[0], right = matrix[1];                                                                   \
    if (envelope) {                                                                                                    \
      for (size_t i = 0; i < frames; i++) {                                                                            \
        const float value = source[i] * envelope[i];                                                                   \
        sum[2 * i] += value * left;                                                                                    \
        sum[2 * i + 1] += value * right;                                                                               \
      }                                                                                                                \
    } else {                                                                                                           \
      for (size_t i = 0; i < frames; i++) {                                                                            \
        sum[2 * i] += source[i] * left;                                                                                \
        sum[2 * i + 1] += source[i] * right;                                                                           \
      }                                                                                                                \
    }                                                                                                                  \
  } else if (out_channels == 2 && in_channels == 2 && matrix[1] == 0 && matrix[2] == 0) {                              \
    const float left = matrix[0], right = matrix[3];                                                                   \
    if (envelope) {                                                                                                    \
      for (size_t i = 0; i < frames; i++) {                                                                            \
        sum[2 * i] += source[2 * i] * envelope[i] * left;                                                              \
        sum[2 * i + 1] += source[2 * i + 1] * envelope[i] * right;                                                     \
      }                                                                                                                \
    } else {                                                                                                           \
      for (size_t i = 0; i < frames; i++) {                                                                            \
        sum[2 * i] += source[2 * i] * left;                                                                            \
        sum[2 * i + 1] += source[2 * i + 1] * right;                                                                   \
      }                                                                                                                \
    }                                                                                                                  \
  } else {                                                                                                             \
    for (size_t i = 0; i < frames; i++) {                                                                              \
      const float level = envelope ? envelope[i] : 1.0f;                                                               \
      for (size_t out = 0; out < out_channels; out++) {                                                                \
        float value = 0;                                                                                               \
        for (size_t in = 0; in < in_channels; in++)                                                                    \
          value += source[i * in_channels + in] * matrix[out * in_channels + in];                                      \
        sum[i * out_channels + out] += value * level;                                                                  \
      }                                                                                                                \
    }                                                                                                                  \
  }

#if defined(__x86_64__)
__attribute__((target("avx2"))) static void mix_add_avx2(float *restrict sum, size_t out_channels,
                                                         const float *restrict source, size_t in_channels,
                                                         const float *restrict matrix,
                                                         const float *restrict envelope, size_t frames) {
  MIX_BODY
}
#endif

static void mix_add_plain(float *restrict sum, size_t out_channels, const float *restrict source, size_t in_channels,
                          const float *restrict matrix, const float *restrict envelope, size_t frames) {
  MIX_BODY
}

void ck_mix_add(float *sum, size_t out_channels, const float *source, size_t in_channels, const float *matrix,
                const float *envelope, size_t frames) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2")) {
    mix_add_avx2(sum, out_channels, source, in_channels, matrix, envelope, frames);
    return;
  }
#endif
  mix_add_plain(sum, out_channels, source, in_channels, matrix, envelope, frames);
}

void ck_apply_gain(float *samples, size_t channels, const float *gain, size_t frames) {
  if (channels == 2) {
    for (size_t i = 0; i < frames; i++) {
      samples[2 * i] *= gain[i];
      samples[2 * i + 1] *= gain[i];
    }
    return;
  }
  for (size_t i = 0; i < frames; i++)
    for (size_t channel = 0; channel < channels; channel++) samples[i * channels + channel] *= gain[i];
}

size_t ck_clean(float *samples, size_t count) {
  size_t bad = 0;
  for (size_t i = 0; i < count; i++) bad += !(fabsf(samples[i]) <= 3.4e38f);
  if (bad)
    for (size_t i = 0; i < count; i++)
      if (!(fabsf(samples[i]) <= 3.4e38f)) samples[i] = 0;
  return bad;
}

float ck_peak(const float *samples, size_t count) {
  float lanes[16] = {0};
  size_t i = 0;
  for (; i + 16 <= count; i += 16)
    for (size_t lane = 0; lane < 16; lane++) {
      const float value = fabsf(samples[i + lane]);
      lanes[lane] = value > lanes[lane] ? value : lanes[lane];
    }
  for (; i < count; i++) {
    const float value = fabsf(samples[i]);
    lanes[0] = value > lanes[0] ? value : lanes[0];
  }
  float most = 0;
  for (size_t lane = 0; lane < 16; lane++) most = lanes[lane] > most ? lanes[lane] : most;
  return most;
}

void ck_extremes(const float *samples, size_t count, float *low, float *high) {
  float lows[16], highs[16];
  for (size_t lane = 0; lane < 16; lane++) lows[lane] = *low, highs[lane] = *high;
  size_t i = 0;
  for (; i + 16 <= count; i += 16)
    for (size_t lane = 0; lane < 16; lane++) {
      const float value = samples[i + lane];
      lows[lane] = value < lows[lane] ? value : lows[lane];
      highs[lane] = value > highs[lane] ? value : highs[lane];
    }
  for (; i < count; i++) {
    const float value = samples[i];
    lows[0] = value < lows[0] ? value : lows[0];
    highs[0] = value > highs[0] ? value : highs[0];
  }
  for (size_t lane = 0; lane < 16; lane++) {
    *low = lows[lane] < *low ? lows[lane] : *low;
    *high = highs[lane] > *high ? highs[lane] : *high;
  }
}

double ck_energy(const float *samples, size_t count) {
  float lanes[16] = {0};
  double sum = 0;
  size_t i = 0;
  for (; i + 16 <= count; i += 16)
    for (size_t lane = 0; lane < 16; lane++) lanes[lane] += samples[i + lane] * samples[i + lane];
  for (; i < count; i++) sum += (double)samples[i] * samples[i];
  for (size_t lane = 0; lane < 16; lane++) sum += lanes[lane];
  return sum;
}
