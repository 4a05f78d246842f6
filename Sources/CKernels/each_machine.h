// Includes the loops in LOOPS twice, for any machine and for AVX2. In them NAME tells the two apart, and VECTOR is the number of bytes
// in a vector; CALL chooses at run time.
#define NAME(name) name##_plain
#define VECTOR 16
#include LOOPS
#undef NAME
#undef VECTOR

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#define NAME(name) name##_fast
#define VECTOR 32
#include LOOPS
#undef NAME
#undef VECTOR
#pragma clang attribute pop
#define CALL(name, ...) (__builtin_cpu_supports("avx2") ? name##_fast(__VA_ARGS__) : name##_plain(__VA_ARGS__))
#else
#define CALL(name, ...) name##_plain(__VA_ARGS__)
#endif
