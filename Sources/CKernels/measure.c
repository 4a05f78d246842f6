#include "CKernels.h"

#include <math.h>
#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

// Brings one channel into a row behind the eleven samples before it, and keeps the last eleven for the next call.
static void gather(const float *samples, size_t stride, size_t frames, float *history, float *row) {
  memcpy(row, history, 11 * sizeof(float));
  for (size_t i = 0; i < frames; i++) row[11 + i] = samples[i * stride];
  memmove(history, row + frames, 11 * sizeof(float));
}

static void peaks_from(const ck_interpolator *filter, const float *row, size_t begin, size_t frames, float *peaks) {
  for (size_t k = begin; k < frames; k++) {
    // x[k] is row[11 + k].
    float most = fabsf(row[11 + k - 6]);
    for (size_t phase = 0; phase < 3; phase++) {
      float sum = 0;
      for (size_t tap = 0; tap < 12; tap++) sum += filter->taps[phase][tap] * row[11 + k - tap];
      const float value = fabsf(sum);
      most = value > most ? value : most;
    }
    peaks[k] = most > peaks[k] ? most : peaks[k];
  }
}

#if defined(__x86_64__)
__attribute__((target("avx2,fma"))) static size_t peaks_avx2(const ck_interpolator *filter, const float *row,
                                                             size_t frames, float *peaks) {
  const __m256 sign = _mm256_set1_ps(-0.0f);
  size_t k = 0;
  for (; k + 8 <= frames; k += 8) {
    __m256 a = _mm256_setzero_ps(), b = a, c = a;
    for (size_t tap = 0; tap < 12; tap++) {
      const __m256 x = _mm256_loadu_ps(row + 11 + k - tap);
      a = _mm256_fmadd_ps(_mm256_set1_ps(filter->taps[0][tap]), x, a);
      b = _mm256_fmadd_ps(_mm256_set1_ps(filter->taps[1][tap]), x, b);
      c = _mm256_fmadd_ps(_mm256_set1_ps(filter->taps[2][tap]), x, c);
    }
    __m256 most = _mm256_max_ps(_mm256_andnot_ps(sign, a), _mm256_andnot_ps(sign, b));
    most = _mm256_max_ps(most, _mm256_andnot_ps(sign, c));
    most = _mm256_max_ps(most, _mm256_andnot_ps(sign, _mm256_loadu_ps(row + 11 + k - 6)));
    _mm256_storeu_ps(peaks + k, _mm256_max_ps(most, _mm256_loadu_ps(peaks + k)));
  }
  return k;
}
#endif

void ck_true_peaks_plain(const ck_interpolator *filter, const float *samples, size_t stride, size_t frames,
                         float *history, float *scratch, float *peaks) {
  gather(samples, stride, frames, history, scratch);
  peaks_from(filter, scratch, 0, frames, peaks);
}

void ck_true_peaks(const ck_interpolator *filter, const float *samples, size_t stride, size_t frames, float *history,
                   float *scratch, float *peaks) {
  gather(samples, stride, frames, history, scratch);
  size_t done = 0;
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) done = peaks_avx2(filter, scratch, frames, peaks);
#endif
  peaks_from(filter, scratch, done, frames, peaks);
}

// Two channels in one register: each step waits for the one before, so the lanes come free.
typedef double pair __attribute__((vector_size(16)));

void ck_weighted_energy(const ck_weighting *filter, const float *samples, size_t stride, int second, size_t frames,
                        double *state, double *energies) {
  const double *s = filter->shelf, *h = filter->high_pass;
  pair s1 = {state[0], state[4]}, s2 = {state[1], state[5]}, h1 = {state[2], state[6]}, h2 = {state[3], state[7]};
  pair energy = {0, 0};
  const size_t next = second ? 1 : 0;
  for (size_t i = 0; i < frames; i++) {
    const pair x = {samples[i * stride], samples[i * stride + next]};
    // Transposed direct form II.
    const pair y = s[0] * x + s1;
    s1 = s[1] * x - s[3] * y + s2;
    s2 = s[2] * x - s[4] * y;
    const pair z = h[0] * y + h1;
    h1 = h[1] * y - h[3] * z + h2;
    h2 = h[2] * y - h[4] * z;
    energy += z * z;
  }
  state[0] = s1[0], state[1] = s2[0], state[2] = h1[0], state[3] = h2[0];
  state[4] = s1[1], state[5] = s2[1], state[6] = h1[1], state[7] = h2[1];
  energies[0] += energy[0];
  if (second) energies[1] += energy[1];
}
