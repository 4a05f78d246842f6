#include "CKernels.h"

#include <stdlib.h>

struct ck_limiter {
  size_t window, mask;
  float ceiling, last_need, lowest;
  double rise, gain, sum;
  size_t calm, limited;
  // Candidates for the lowest value of the window: a ring of rising values and their places.
  size_t head, tail, position, released_at;
  float *values;
  size_t *places;
  double *released;
};

ck_limiter *ck_limiter_new(size_t window, float ceiling, double rise) {
  ck_limiter *limiter = calloc(1, sizeof *limiter);
  if (!limiter) return NULL;
  size_t size = 1;
  while (size < window + 1) size *= 2;
  *limiter = (ck_limiter){.window = window, .mask = size - 1, .ceiling = ceiling, .last_need = 1, .lowest = 1,
                          .rise = rise, .gain = 1, .sum = (double)window, .calm = 2 * window};
  limiter->values = malloc(size * sizeof(float));
  limiter->places = malloc(size * sizeof(size_t));
  limiter->released = malloc(window * sizeof(double));
  if (!limiter->values || !limiter->places || !limiter->released) {
    ck_limiter_free(limiter);
    return NULL;
  }
  for (size_t i = 0; i < window; i++) limiter->released[i] = 1;
  return limiter;
}

void ck_limiter_free(ck_limiter *limiter) {
  if (!limiter) return;
  free(limiter->values);
  free(limiter->places);
  free(limiter->released);
  free(limiter);
}

float ck_limiter_lowest(const ck_limiter *limiter) { return limiter->lowest; }
size_t ck_limiter_limited(const ck_limiter *limiter) { return limiter->limited; }

static float lowest_of_window(ck_limiter *l, float value) {
  if (l->head != l->tail && l->places[l->head & l->mask] + l->window <= l->position) l->head++;
  // What is not below the new value can never be the lowest again.
  while (l->head != l->tail && l->values[(l->tail - 1) & l->mask] >= value) l->tail--;
  l->values[l->tail & l->mask] = value;
  l->places[l->tail & l->mask] = l->position;
  l->tail++;
  l->position++;
  return l->values[l->head & l->mask];
}

int ck_limiter_gains(ck_limiter *l, const float *peaks, float *gains, size_t frames) {
  if (l->last_need == 1 && l->gain == 1 && l->calm >= 2 * l->window && ck_peak(peaks, frames) <= l->ceiling) return 0;
  const double share = 1.0 / (double)l->window;
  for (size_t i = 0; i < frames; i++) {
    const float need = peaks[i] > l->ceiling ? l->ceiling / peaks[i] : 1;
    // A peak between two samples concerns both.
    const float lowest = lowest_of_window(l, need < l->last_need ? need : l->last_need);
    l->last_need = need;
    l->gain = lowest < l->gain ? lowest : l->gain + (lowest - l->gain) * l->rise;
    if (l->gain > 0.99999 && lowest == 1) l->gain = 1;
    l->calm = l->gain < 1 ? 0 : l->calm + 1;
    l->sum += l->gain - l->released[l->released_at];
    l->released[l->released_at] = l->gain;
    l->released_at = l->released_at + 1 == l->window ? 0 : l->released_at + 1;
    // At rest the sum is known exactly: rounding does not add up.
    if (l->calm == l->window) l->sum = (double)l->window;
    const double mean = l->sum * share;
    gains[i] = mean < 1 ? (float)mean : 1;
    if (gains[i] < 1) {
      l->limited++;
      if (gains[i] < l->lowest) l->lowest = gains[i];
    }
  }
  return 1;
}
