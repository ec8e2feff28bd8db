#include "config.h"

#include "collector/json/wide.h"

bool json_wide;

#ifdef __SSE2__
static void __attribute__((constructor))
detect(void)
{
	__builtin_cpu_init();
	json_wide = __builtin_cpu_supports("avx2") &&
	    __builtin_cpu_supports("bmi") && __builtin_cpu_supports("pclmul") &&
	    __builtin_cpu_supports("popcnt");
}
#endif
