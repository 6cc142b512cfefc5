/* The debug output that some drivers expect beside ndis.h. DPRINT is silent without DBG; DPRINT1 is not. */
#ifndef NONPAGED_DEBUG_H
#define NONPAGED_DEBUG_H
/* Macros with a variable number of arguments are part of C99 and C++11; this keeps older standards from complaining. */
#pragma GCC system_header

#include "wdm.h"

#define DPRINT1(...) do { DbgPrint("%s:%d ", __FILE__, __LINE__); DbgPrint(__VA_ARGS__); } while (0)
#if defined(DBG) && DBG
#define DPRINT(...) DPRINT1(__VA_ARGS__)
#else
#define DPRINT(...) do { if (0) DbgPrint(__VA_ARGS__); } while (0)
#endif
#define ASSERT_IRQL(irql) ASSERT(KeGetCurrentIrql() <= (irql))
#define ASSERT_IRQL_LESS_OR_EQUAL(irql) ASSERT(KeGetCurrentIrql() <= (irql))
#define ASSERT_IRQL_EQUAL(irql) ASSERT(KeGetCurrentIrql() == (irql))
#define UNIMPLEMENTED DPRINT1("%s is not implemented\n", __func__)

#endif
