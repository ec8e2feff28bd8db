#include "config.h"

#include "collector/json/wide.h"

#include "collector/json/plain.h"

bool json_wide;

#ifdef __SSE2__
#define ALL(byte) { \
	(byte) * 0x0101010101010101, (byte) * 0x0101010101010101, \
	(byte) * 0x0101010101010101, (byte) * 0x0101010101010101 }

const struct wide_bytes json_wide_bytes = {
	ALL('"'), ALL('\\'), ALL(' ')
};

static void __attribute__((constructor))
detect(void)
{
	__builtin_cpu_init();
	json_wide = __builtin_cpu_supports("avx2") &&
	    __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2") &&
	    __builtin_cpu_supports("pclmul") &&
	    __builtin_cpu_supports("popcnt");
}
#endif
